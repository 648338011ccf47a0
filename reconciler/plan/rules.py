"""The rules that judge differences: what Kafka cannot do, why, and what to do instead.

The first rule that applies decides; a difference that none applies to is safe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model import Decision, Difference, FieldChange, Refusal, RefusalKind, Refused, Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A change of ``field`` that is impossible ``when`` something is true of it.

    ``way_out`` may have the placeholders ``{before}`` and ``{after}``.
    """

    field: str
    when: Callable[[Difference], bool]
    reason: str
    way_out: str

    def applies_to(self, difference: Difference) -> bool:
        """Whether this rule is about ``difference``."""
        return difference.field == self.field and self.when(difference)


def _is_lowered(difference: Difference) -> bool:
    before, after = difference.before, difference.after
    return isinstance(before, int) and isinstance(after, int) and after < before


def _always(_difference: Difference) -> bool:
    return True


RULES = (
    Rule(
        field="partitions",
        when=_is_lowered,
        reason="Kafka cannot remove partitions",
        way_out="write partitions: {before} to accept what is there, "
        "or create a topic with {after} under a new name and move the records",
    ),
    Rule(
        field="replication_factor",
        when=_always,
        reason="this version does not move replicas",
        way_out="use kafka-reassign-partitions, or write replication_factor: {before} to accept what is there",
    ),
)


def judged(difference: Difference) -> FieldChange:
    """``difference`` with the decision about it."""
    return FieldChange(
        field=difference.field,
        before=difference.before,
        after=difference.after,
        origin=difference.origin,
        decision=_decision(difference),
    )


def _decision(difference: Difference) -> Decision:
    for rule in RULES:
        if rule.applies_to(difference):
            way_out = rule.way_out.format(before=difference.before, after=difference.after)
            return Refused(Refusal(kind=RefusalKind.IMPOSSIBLE, reason=rule.reason, way_out=way_out))
    return Safe()
