"""Reading writes back until they are visible.

A broker may answer from metadata that lags behind the controller: 10,000 new topics take tens of seconds to appear.
So a single look that does not show a write proves nothing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from reconciler.apply.every_broker import AsksEachBroker
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.look import Looks, look_at
from reconciler.apply.seen import VALUE_NOT_SHOWN, seen_of
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import FATAL, KafkaFailure, TopicPlan, Verification

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
OF_WAITING, OF_LOOKING = 0.1, 2.0
"""The pause grows with the time waited, and with the cost of a look: a busy broker is asked less often."""
A_FAIR_CHANCE = 1.0
"""Seconds within which a healthy cluster answers."""
AT_A_LOOK = 2_000
"""Topics per look, so that progress is visible on a slow cluster."""


class LooksAtTopics(Looks, AsksEachBroker, Protocol):
    """What verification needs of a cluster."""


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
    live = look_at(topics, reader)
    at = clock.now()
    different = []
    for topic in topics:
        seen = seen_of(topic, live, ledger, at)
        ledger.saw(topic.name, seen)
        if not _is_settled(seen, live.unreadable.get(topic.name), ledger.may_still_happen(topic.name)):
            different.append(topic)
    return different


def _is_settled(seen: Seen, unreadable: KafkaFailure | None, may_still_happen: bool) -> bool:
    """Whether another look would not show more."""
    if unreadable is not None:
        return unreadable.error_class == FATAL
    is_final = seen.verification is Verification.VERIFIED or (seen.failure and seen.failure.name == VALUE_NOT_SHOWN)
    return seen.is_final or (bool(is_final) and not (seen.changed and may_still_happen))
