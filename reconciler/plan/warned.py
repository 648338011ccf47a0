"""Risks that the policy only warns about."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.model import Consent, FieldChange, Plan, RiskKind, Risky, changes_of
from reconciler.plan.loss import counted

_MAX_NAMES = 5


def warned_about(plan: Plan) -> Iterator[Diagnostic]:
    """One warning for each kind of risk that changes are made with because ``policy.risks`` only warns about it."""
    for kind, place in plan.policy.warn_only.items():
        names = [
            topic.name for topic in plan.topics if any(_is_warned(each, kind, place) for each in changes_of(topic))
        ]
        if names:
            listed = ", ".join(
                [*names[:_MAX_NAMES], *([f"{len(names) - _MAX_NAMES:,} more"] if names[_MAX_NAMES:] else [])]
            )
            yield Diagnostic(
                severity=Severity.WARNING,
                code="risk-without-consent",
                message=f"{kind} without consent on {counted(len(names), 'topic')}: {listed}",
                hint=f"policy.risks lowers {kind} to a warning; write {kind}: consent to require consent again",
                origin=place,
            )


def _is_warned(change: FieldChange, kind: RiskKind, place: Location) -> bool:
    match change.decision:
        case Risky(risk, Consent(given_by=given_by)):
            return risk.is_covered_by(kind) and given_by == str(place)
        case _:
            return False
