"""The Kafka versions that a sandbox can run: those with a lock file."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.printable import unmistakable

DEFAULT_VERSION = "4.4.0"
LOCKS = Path(__file__).parent / "locks"


def known_versions() -> list[str]:
    """Every version with a lock file, the newest first."""
    return sorted((file.stem for file in LOCKS.glob("*.lock")), key=_numbers, reverse=True)


def full_version(wanted: str) -> str:
    """The known version for ``wanted``, such as ``4.4.0`` or ``4.4``. Raises SandboxError."""
    for version in known_versions():
        if version == wanted or version.startswith(f"{wanted}."):
            return version
    raise SandboxError.because(
        "kafka-version",
        f"the sandbox has no Kafka {unmistakable(wanted)}",
        hint=f"available: {', '.join(known_versions())}",
    )


def locked_jars(version: str) -> dict[str, str]:
    """Repository path to SHA-256 of every jar of a known version."""
    lines = (LOCKS / f"{version}.lock").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
