"""Packages that are only installed with an extra."""

from __future__ import annotations

from reconciler.errors import Diagnostic, Severity

DISTRIBUTION = "kafka-topic-reconciler"


def not_installed(extra: str, user: str, error: ModuleNotFoundError) -> Diagnostic:
    """That ``user`` needs the package that ``error`` misses, and how to install the ``extra`` that has it."""
    return Diagnostic(
        severity=Severity.ERROR,
        code="no-extra",
        message=f"{user} needs the package {error.name}",
        hint=f"install it: pip install '{DISTRIBUTION}[{extra}]'",
    )
