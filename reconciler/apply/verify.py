"""Reading writes back until they are visible.

A broker may answer from metadata that lags behind the controller, so a first look proves nothing:
10,000 new topics take tens of seconds to appear.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from reconciler.apply.ledger import Ledger
from reconciler.clock import Clock
from reconciler.model import LiveState, LiveTopic, Operation, Plan, Policy, TopicPlan, TopicSpec, Verification
from reconciler.plan import differences, operation_for

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class LooksAtTopics(Protocol):
    """What verification needs of a cluster."""

    def look(self, topics: Collection[TopicSpec]) -> LiveState:
        """What one look shows of ``topics``; what is not there is left out."""


def verify(plan: Plan, *, reader: LooksAtTopics, ledger: Ledger, timeout: float, clock: Clock) -> None:
    """Look at every topic of ``plan`` that may have been written until it is as planned.

    Gives up when ``timeout`` seconds pass in which no further topic was.
    """
    pending = {topic.name: topic for topic in plan.topics if ledger.operations_to_verify(topic.name)}
    deadline = clock.monotonic() + timeout
    pause = FIRST_PAUSE
    while pending:
        live = reader.look([topic.desired for topic in pending.values()])
        seen_at = clock.now()
        before = len(pending)
        for topic in list(pending.values()):
            result = _look(topic, live.topics.get(topic.name), ledger.operations_to_verify(topic.name), plan.policy)
            ledger.saw(topic.name, result, seen_at)
            if result is Verification.VERIFIED:
                del pending[topic.name]
        if len(pending) < before:
            deadline = clock.monotonic() + timeout
        elif clock.monotonic() >= deadline:
            return
        if pending:
            clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _look(topic: TopicPlan, live: LiveTopic | None, operations: Collection[Operation], policy: Policy) -> Verification:
    """Whether what was written is there; what was not written, or was refused, does not count."""
    if live is None:
        return Verification.NOT_VISIBLE
    still_different = {
        change.field
        for change in differences(topic.desired, live, policy)
        if Operation.CREATE_TOPICS in operations or operation_for(change) in operations
    }
    written = {change.field for change in topic.safe_changes}
    if Operation.CREATE_TOPICS not in operations:
        still_different &= written
    return Verification.MISMATCH if still_different else Verification.VERIFIED
