"""The rules that judge differences: what is safe, what needs consent, what Kafka cannot do.

``table`` has them all; ``docs/risks.md`` is made from it.
"""

from __future__ import annotations

from typing import assert_never

from reconciler.model import Decision, FieldChange, Refusal, RefusalKind, Refused, Risk, Risky, Safe
from reconciler.plan.rules.rule import Change, Dangerous, Finding, Harmless, Impossible, Rule
from reconciler.plan.rules.table import RULES

__all__ = ["RULES", "Change", "Rule", "finding_on", "judged"]


def finding_on(change: Change) -> Finding:
    """What the first rule that applies finds; a change that none applies to is harmless."""
    return next((rule.finding for rule in RULES if rule.applies_to(change)), Harmless())


def judged(change: Change) -> FieldChange:
    """The difference of ``change`` with the decision about it."""
    difference = change.difference
    return FieldChange(
        field=difference.field,
        before=difference.before,
        after=difference.after,
        origin=difference.origin,
        decision=_decision(finding_on(change), change),
    )


def _decision(finding: Finding, change: Change) -> Decision:
    values = {"before": change.before, "after": change.after}
    match finding:
        case Harmless(note):
            return Safe(note)
        case Dangerous():
            reason = finding.reason.format(**values)
            return Risky(Risk(kind=finding.kind, reason=reason, measures=finding.measures, decisive=finding.decisive))
        case Impossible():
            way_out = finding.way_out.format(**values)
            reason = finding.reason.format(**values)
            return Refused(Refusal(kind=RefusalKind.IMPOSSIBLE, reason=reason, way_out=way_out))
        case _:
            assert_never(finding)
