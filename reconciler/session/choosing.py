"""Which topics of a manifest a run is about; the others are left out, and still belong to the manifest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from reconciler.errors import Severity, WrongUsage
from reconciler.model import DesiredState
from reconciler.printable import unmistakable


def chosen(desired: DesiredState, only: Sequence[str]) -> DesiredState:
    """``desired`` with all topics left out that match no glob of ``only``. Raises WrongUsage if none matches."""
    names = {spec.name for spec in desired.topics if any(fnmatchcase(spec.name, glob) for glob in only)}
    if not names and not desired.scope.include:
        raise nothing_matches(only, "no topic of the manifest matches")
    return replace(limited_to(desired, names), scope=replace(desired.scope, only=tuple(only)))


def limited_to(desired: DesiredState, names: Collection[str]) -> DesiredState:
    """``desired`` with all topics left out but ``names``, and without their violations of the policy."""
    from reconciler.manifest.grouping import grouped  # noqa: PLC0415 - not needed for --help

    violations = {name: broken for name, broken in desired.violations.items() if name in names}
    warnings = [each for each in desired.diagnostics if each.severity is not Severity.ERROR]
    errors = grouped([problem for broken in violations.values() for problem in broken])
    return replace(
        desired,
        topics=[spec for spec in desired.topics if spec.name in names],
        left_out=[*desired.left_out, *(spec for spec in desired.topics if spec.name not in names)],
        violations=violations,
        diagnostics=(*warnings, *errors),
    )


def nothing_matches(only: Sequence[str], words: str) -> WrongUsage:
    """The error for globs that match nothing."""
    return WrongUsage.because("usage", f"--only {unmistakable(' --only '.join(only))}: {words}")
