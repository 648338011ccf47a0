"""A check and its result, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.errors import Diagnostic, Location, Severity


class Status(StrEnum):
    """The result of a check; only ``failed`` fails the run."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The cluster does not tell."""
    SKIPPED = "skipped"
    """Not made: it depends on a check that failed, or is not needed."""

    @property
    def is_usable(self) -> bool:
        """Whether what was checked can be used."""
        return self in {Status.OK, Status.WARNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of one ``subject``: an address, a broker, the cluster; empty for the client itself."""

    name: str
    """Stable, in kebab case."""
    subject: str = ""
    status: Status
    code: str | None = None
    """The cause of a failure or a warning, stable, in kebab case."""
    detail: str
    remedy: str | None = None
    seconds: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)
    """Numbers and names for programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Checks that are shown together."""

    title: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """All checks of a run."""

    groups: tuple[Group, ...]
    bootstrap_servers: tuple[str, ...] = ()
    cluster_id: str | None = None
    seconds: float = 0.0

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all groups, in order."""
        return tuple(check for group in self.groups for check in group.checks)

    @property
    def status(self) -> Status:
        """``failed`` where one check is, else ``warning`` where one is, else ``ok``."""
        return worst(check.status for check in self.checks)


def worst(statuses: Iterable[Status]) -> Status:
    """``failed``, ``warning`` or ``ok``: what is skipped or unknown does not count."""
    found = set(statuses)
    return next((status for status in (Status.FAILED, Status.WARNING) if status in found), Status.OK)


def failures(name: str, diagnostics: Iterable[Diagnostic]) -> tuple[Check, ...]:
    """A failed check ``name`` for each of the ``diagnostics`` that is an error."""
    return tuple(
        Check(
            name=name,
            status=Status.FAILED,
            code=each.code,
            detail=f"{each.origin}: {each.message}" if isinstance(each.origin, Location) else each.message,
            remedy=each.hint,
        )
        for each in diagnostics
        if each.severity is Severity.ERROR
    )
