"""Reading writes back until they are visible.

A broker may answer from metadata that lags behind the controller: 10,000 new topics take tens of seconds to appear.
So a single look that does not show a write proves nothing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from reconciler.apply.every_broker import AsksEachBroker
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.second_look import changed_meanwhile, not_as_written
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import (
    FATAL,
    RETRIABLE,
    Difference,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Operation,
    Policy,
    Query,
    TopicPlan,
    Verification,
)
from reconciler.plan import differences, step_of

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
OF_WAITING, OF_LOOKING = 0.1, 2.0
"""The pause grows with the time waited, and with the cost of a look: a busy broker is asked less often."""
A_FAIR_CHANCE = 1.0
"""Seconds within which a healthy cluster answers."""
AT_A_LOOK = 2_000
"""Topics per look, so that progress is visible on a slow cluster."""

_VALUE_NOT_SHOWN = "VALUE_NOT_SHOWN"
_NOT_VISIBLE = KafkaFailure(
    code=0,
    name="NOT_VISIBLE",
    error_class=RETRIABLE,
    message="the topic is not visible on any broker since it was written",
    remedy="brokers may lag behind the controller: run plan later, or raise --timeout",
)


class LooksAtTopics(AsksEachBroker, Protocol):
    """What verification needs of a cluster."""

    def look(self, query: Query) -> LiveState:
        """The live state now; topics that are not there are left out."""


def verify(
    *, reader: LooksAtTopics, ledger: Ledger, limit: TimeLimit, clock: Clock, tell: Callable[[str], None]
) -> None:
    """Read every topic that may have been written until it is as planned.

    Gives up after ``limit`` without a further topic as planned. Raises ClusterUnavailable if no answer can be expected.
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
    """Seconds until the next look, from the seconds waited so far and those that the last look took."""
    return min(max(SHORTEST_PAUSE, OF_WAITING * waited, OF_LOOKING * looked), LONGEST_PAUSE)


def look_once(*, reader: LooksAtTopics, ledger: Ledger, clock: Clock) -> None:
    """Record what a single look shows of every topic that may have been written. Raises ClusterUnavailable."""
    topics = ledger.to_verify()
    if topics:
        _different(topics, reader, ledger, clock)


def look_again(
    topics: Sequence[TopicPlan], *, reader: LooksAtTopics, ledger: Ledger, limit: TimeLimit, clock: Clock
) -> Sequence[TopicPlan]:
    """Record what a look shows of ``topics``; returns those that are not as planned. Raises ClusterUnavailable."""
    return _patiently(topics, reader, ledger, limit, clock) if topics else ()


def _patiently(
    topics: Sequence[TopicPlan], reader: LooksAtTopics, ledger: Ledger, limit: TimeLimit, clock: Clock
) -> Sequence[TopicPlan]:
    """Those of ``topics`` that are not as planned; all of them if the cluster did not answer in time.

    A look in the last moments of the limit that gets no answer proves nothing: an earlier one was answered.
    """
    had_time = limit.remaining() >= min(A_FAIR_CHANCE, limit.seconds / 2)
    try:
        return _different(topics, reader, ledger, clock)
    except ClusterUnavailable as error:
        if error.is_final or (had_time and not limit.remaining()):
            raise
        return topics


def _different(topics: Sequence[TopicPlan], reader: LooksAtTopics, ledger: Ledger, clock: Clock) -> Sequence[TopicPlan]:
    """Those of ``topics`` that are worth another look; ``ledger`` gets what this one shows."""
    live = reader.look(Query.of(topic.desired for topic in topics))
    at = clock.now()
    different = []
    for topic in topics:
        seen = _seen(topic, live, ledger, at)
        ledger.saw(topic.name, seen)
        if not _is_settled(seen, live.unreadable.get(topic.name), ledger.may_still_happen(topic.name)):
            different.append(topic)
    return different


def _is_settled(seen: Seen, unreadable: KafkaFailure | None, may_still_happen: bool) -> bool:
    """Whether another look would not show more."""
    if unreadable is not None:
        return unreadable.error_class == FATAL
    is_final = seen.verification is Verification.VERIFIED or (seen.failure and seen.failure.name == _VALUE_NOT_SHOWN)
    return bool(is_final) and not (seen.changed and may_still_happen)


def _seen(topic: TopicPlan, state: LiveState, ledger: Ledger, at: datetime) -> Seen:
    live, unreadable = state.topics.get(topic.name), state.unreadable.get(topic.name)
    if live is None:
        hidden = unreadable is not None and unreadable.error_class == FATAL
        return Seen(
            verification=Verification.UNVERIFIABLE if hidden else Verification.NOT_VISIBLE,
            at=at,
            failure=unreadable or _NOT_VISIBLE,
            changed=ledger.changed(topic.name),
        )
    accepted = ledger.accepted(topic.name)
    changed = changed_meanwhile(topic, live, ledger.policy, accepted)
    others = changed.fields if changed else frozenset()
    operations = ledger.operations_to_verify(topic.name)
    differing = _not_as_asked(topic, live, operations, ledger.policy)
    missing = [change for change in differing if change.field not in others]
    as_written = _as_written(topic, live, operations, differing)
    if not missing:
        keys = [key for each in operations for key in step_of(each).keys_set(topic)]
        not_shown = [key for key in keys if live.overrides.get(key, "") is None]
        if not not_shown:
            return Seen(verification=Verification.VERIFIED, at=at, changed=changed)
        verification, failure = Verification.UNVERIFIABLE, _value_not_shown(not_shown)
    else:
        ignored = all(any(step_of(each).is_ignored(topic, change, live) for each in accepted) for change in missing)
        verification = Verification.UNVERIFIABLE if ignored else Verification.MISMATCH
        failure = not_as_written(missing)
    return Seen(verification=verification, at=at, failure=failure, changed=changed, as_written=as_written)


def _as_written(
    topic: TopicPlan, live: LiveTopic, operations: Collection[Operation], differing: Collection[Difference]
) -> frozenset[str]:
    """The fields that were written and that the cluster shows as written."""
    asked = [change for each in operations for change in step_of(each).changes(topic)]
    shown = [change for change in asked if live.overrides.get(change.config_key or "", "") is not None]
    return frozenset(change.field for change in shown).difference(change.field for change in differing)


def _not_as_asked(
    topic: TopicPlan, live: LiveTopic, operations: Collection[Operation], policy: Policy
) -> Sequence[Difference]:
    """What was written and is not there; what was not sent, or was rejected, does not count."""
    differing = differences(topic.desired, live, policy)
    return [lacking for each in Operation if each in operations for lacking in step_of(each).lacking(topic, differing)]


def _value_not_shown(keys: Sequence[str]) -> KafkaFailure:
    return KafkaFailure(
        code=0,
        name=_VALUE_NOT_SHOWN,
        error_class=FATAL,
        message=f"{' and '.join(keys)}: set, but the cluster does not return the value, so it cannot be verified",
        remedy="values of sensitive keys are hidden: check another way that the value is right",
    )
