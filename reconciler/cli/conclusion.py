"""How a run ended, in one word and one number."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from reconciler.cli.exit_codes import ERROR, OK, REFUSED, SIGNALLED, USAGE
from reconciler.errors import Diagnostic, Interrupted, ReconcilerError, Severity, WrongUsage
from reconciler.model import Outcome, Status

RunStatus = Literal["ok", "changes", "refused", "failed", "interrupted"]

_FAILURES = {Status.FAILED, Status.UNKNOWN, Status.NOT_ATTEMPTED}
_REFUSALS = {Status.REFUSED, Status.STALE}


def conclude(
    outcomes: Collection[Outcome], diagnostics: Iterable[Diagnostic], ended_by: ReconcilerError | None
) -> tuple[RunStatus, int]:
    """The run's status and its exit code: the worst that happened decides."""
    statuses = {outcome.status for outcome in outcomes}
    match ended_by:
        case Interrupted(signal_number=number):
            return "interrupted", SIGNALLED + number
        case WrongUsage():
            return "failed", USAGE
    if statuses & _FAILURES or any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
        return "failed", ERROR
    if statuses & _REFUSALS:
        return "refused", REFUSED
    if Status.PLANNED in statuses:
        return "changes", OK
    return "ok", OK
