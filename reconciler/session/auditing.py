"""A session that looks for drift. It asks the broker for nothing that a principal who only reads may not ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.errors import Severity
from reconciler.model import (
    Command,
    DesiredState,
    FormerAudit,
    Outcome,
    Permission,
    Plan,
    TopicStatus,
)
from reconciler.plan.passes import Pass
from reconciler.report.document import Report
from reconciler.report.former_audit import former_audit
from reconciler.session.baseline import compare_ids
from reconciler.session.control import Control
from reconciler.session.session import Session


class AuditingSession(Session):
    """A session that compares the manifest with the cluster and measures, validates and changes nothing: ``audit``."""

    _former: FormerAudit | None = None

    def __init__(self, *, control: Control | None = None) -> None:
        super().__init__(Command.DRIFT, control=control, tells_changes=True)

    def compare_with(self, report: Report, path: str) -> None:
        """Let ``audit`` tell since when drift has been there, by ``report``, which is the file ``path``.

        Raises ReportNotRead for one of a run that compared nothing.
        """
        self._former = former_audit(report, path)
        compare_ids(self, report, path)

    def audit(self) -> None:
        """Compare the manifest with the cluster; the record gets the drift.

        Raises ClusterUnavailable, DeadlinePassed, and whatever ``Control.check`` raises.
        """
        from reconciler.plan.audit import Facts, audit_notes, audited  # noqa: PLC0415 - not needed for --help

        made = self.plan()
        facts = Facts(
            desired=self._loaded(),
            now=self._known.started_at,
            former=self._former,
            former_ids=self._known.former_ids,
            base=self._known.base,
        )
        found = audited(made, facts)
        self._known = replace(self._known, audit=found)
        self.note(*audit_notes(found, facts))

    def _choose(self, desired: DesiredState, only: Sequence[str]) -> DesiredState:
        """What breaks the policy is not drift: a warning."""
        found = super()._choose(desired, only)
        warnings = [replace(each, severity=Severity.WARNING) for each in found.diagnostics]
        return replace(found, violations={}, diagnostics=warnings)

    def _passes(self, desired: DesiredState, permission: Permission) -> Sequence[Pass]:  # noqa: ARG002 - an audit judges nothing
        return ()

    def _checked(self, made: Plan, through: Sequence[Pass], connection: object) -> Plan:  # noqa: ARG002 - likewise
        from reconciler.plan import notes, outlook, sealed  # noqa: PLC0415 - not needed for --help

        sealed_plan = sealed(made)
        outcomes = {name: _planned(outcome) for name, outcome in outlook(sealed_plan).items()}
        self._known = replace(self._known, plan=sealed_plan, outcomes=outcomes)
        self.note(*notes(sealed_plan))
        return sealed_plan


def _planned(outcome: Outcome) -> Outcome:
    """``outcome`` of a plan that nobody judges: a difference is one, whether apply would do something or not."""
    if outcome.status is not TopicStatus.REFUSED:
        return outcome
    changes = dict.fromkeys(outcome.changes, TopicStatus.PLANNED)
    return replace(outcome, status=TopicStatus.PLANNED, changes=changes, refusal=None)
