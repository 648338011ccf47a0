"""Reading writes back until they are visible.

A broker may answer from metadata that lags behind the controller, so a first look proves nothing:
10,000 new topics take tens of seconds to appear.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

from reconciler.apply.ledger import Ledger
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import (
    Action,
    FieldChange,
    LiveState,
    LiveTopic,
    Operation,
    Policy,
    TopicPlan,
    TopicSpec,
    Verification,
)
from reconciler.plan import differences, operation_for

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
OF_WAITING, OF_LOOKING = 0.1, 2.0
"""A pause in relation to the time waited so far, so that what comes soon is seen soon, and to that of the last look,
so that looking takes little from a broker that is busy creating."""
AT_A_LOOK = 2_000
"""Topics of one look: what is not visible yet is not asked for, and a slow cluster shows progress."""


class LooksAtTopics(Protocol):
    """What verification needs of a cluster."""

    def look(self, topics: Collection[TopicSpec]) -> LiveState:
        """What one look shows of ``topics``; what is not there is left out."""


def verify(
    *, reader: LooksAtTopics, ledger: Ledger, limit: TimeLimit, clock: Clock, tell: Callable[[str], None]
) -> None:
    """Look at every topic that may have been written until it is as planned.

    Gives up when ``limit`` passes in which no further topic was. Raises ClusterUnavailable where there is no
    hope of an answer.
    """
    pending = deque(ledger.to_verify())
    number = len(pending)
    limit.restart()
    since = clock.monotonic()
    while pending:
        part = [pending.popleft() for _ in range(min(AT_A_LOOK, len(pending)))]
        began = clock.monotonic()
        different = _patiently(part, reader, ledger, limit, clock)
        looked = clock.monotonic() - began
        pending.extend(different)
        tell(f"verifying: {number - len(pending):,} of {number:,} topics")
        if len(different) < len(part):
            limit.restart()
        elif not limit.remaining():
            return
        if different:
            clock.sleep(min(_pause(clock.monotonic() - since, looked), limit.remaining()))


def _pause(waited: float, looked: float) -> float:
    """Seconds until the next look, after waiting for so long, of which the last look took so long."""
    return min(max(SHORTEST_PAUSE, OF_WAITING * waited, OF_LOOKING * looked), LONGEST_PAUSE)


def look_once(*, reader: LooksAtTopics, ledger: Ledger, clock: Clock) -> None:
    """Note what a single look shows of every topic that may have been written. Raises ClusterUnavailable."""
    topics = ledger.to_verify()
    if topics:
        _different(topics, reader, ledger, clock)


def _patiently(
    topics: Sequence[TopicPlan], reader: LooksAtTopics, ledger: Ledger, limit: TimeLimit, clock: Clock
) -> Sequence[TopicPlan]:
    """Those of ``topics`` that are not as planned, all of them where the cluster did not answer in time."""
    try:
        return _different(topics, reader, ledger, clock)
    except ClusterUnavailable as error:
        if error.is_final or not limit.remaining():
            raise
        return topics


def _different(topics: Sequence[TopicPlan], reader: LooksAtTopics, ledger: Ledger, clock: Clock) -> Sequence[TopicPlan]:
    """Those of ``topics`` that a look does not show as planned; ``ledger`` gets what it does show."""
    live = reader.look([topic.desired for topic in topics])
    seen_at = clock.now()
    different = []
    for topic in topics:
        result = _verdict(topic, live.topics.get(topic.name), ledger)
        ledger.saw(topic.name, result, seen_at)
        if result is not Verification.VERIFIED:
            different.append(topic)
    return different


def _verdict(topic: TopicPlan, live: LiveTopic | None, ledger: Ledger) -> Verification:
    if live is None:
        return Verification.NOT_VISIBLE
    missing = list(_not_as_asked(topic, live, ledger.operations_to_verify(topic.name), ledger.policy))
    if not missing:
        return Verification.VERIFIED
    accepted = ledger.accepted(topic.name)
    if all(_is_ignored(change, topic, live, accepted) for change in missing):
        return Verification.UNVERIFIABLE
    return Verification.MISMATCH


def _not_as_asked(
    topic: TopicPlan, live: LiveTopic, operations: Collection[Operation], policy: Policy
) -> Iterator[FieldChange]:
    """What was written and is not there; what was not asked for, or was refused, does not count."""
    asked = {change.field for change in topic.safe_changes}
    for change in differences(topic.desired, live, policy):
        if topic.action is Action.CREATE or (change.field in asked and operation_for(change) in operations):
            yield change


def _is_ignored(change: FieldChange, topic: TopicPlan, live: LiveTopic, accepted: Collection[Operation]) -> bool:
    """Whether the broker took the value and still shows what it would have without it."""
    if change.config_key is None:
        return False
    if topic.action is Action.CREATE:
        return Operation.CREATE_TOPICS in accepted and change.config_key not in live.overrides
    before = {each.field: each.before for each in topic.changes}
    return Operation.ALTER_CONFIGS in accepted and change.before == before.get(change.field)
