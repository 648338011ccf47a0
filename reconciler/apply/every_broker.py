"""Whether every broker shows what was written, so that the next plan is empty whichever broker answers it.

One look shows what one broker knows, and others may lag behind. Cluster metadata is one log that every broker follows
(KIP-500): a broker that has the last write has all of them, so it is enough to ask about a few topics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from reconciler.apply.ledger import Ledger
from reconciler.apply.second_look import is_done
from reconciler.clock import Clock, TimeLimit
from reconciler.model import RETRIABLE, KafkaFailure, LiveTopic, Operation, Policy, Query, TopicPlan

AT_A_LOOK = 50
"""Topics of a request that every broker is asked about: a request becomes visible as a whole."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
A_FAIR_CHANCE = 0.5
"""Seconds within which a healthy broker answers."""


class AsksEachBroker(Protocol):
    """What is needed of a cluster."""

    @property
    def brokers(self) -> int:
        """How many brokers there were at the last look."""

    def look_at_each(self, query: Query, operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        """What each broker shows, as far as ``operation`` can have changed it, by broker id: partitions or config.

        Of a delete, whether it shows the topic at all.

        Brokers that do not answer are left out, and so is the only one of a cluster.
        """


def await_every_broker(
    *,
    reader: AsksEachBroker,
    look_again: Callable[[Sequence[TopicPlan]], Sequence[TopicPlan]],
    ledger: Ledger,
    limit: TimeLimit,
    clock: Clock,
    tell: Callable[[str], None],
) -> None:
    """Wait until each broker shows the last writes; once ``limit`` has passed, nothing counts as verified.

    ``look_again`` records in ``ledger`` the state of topics that no broker shows as written any more, and returns those
    that are not as written. Raises ClusterUnavailable, DeadlinePassed and Interrupted.
    """
    pause = FIRST_PAUSE
    lost: Sequence[TopicPlan] = ()
    while True:
        writes = ledger.last_writes(AT_A_LOOK)
        missing = _missing(reader, writes, ledger.policy)
        lagging = sorted(node for node, names in missing.items() if names)
        if not lagging and not lost:
            return
        nowhere = set.intersection(*missing.values()) if missing else set()
        again = {topic.name: topic for topic in (*lost, *(topic for topic, _ in writes if topic.name in nowhere))}
        lost = look_again(list(again.values()))
        left = limit.remaining() - A_FAIR_CHANCE
        if left <= 0:  # a look within less would show nothing of a broker that is only busy
            if lagging:
                ledger.doubt(_failure(f"{_brokers(lagging)} did not show the last changes of this run in time"))
            return
        if lagging:
            tell(f"verifying: waiting for {_brokers(lagging)} to show the last changes")
        clock.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)


def doubt(reader: AsksEachBroker, ledger: Ledger) -> None:
    """Let nothing count as verified if there are several brokers: not every one was asked."""
    if reader.brokers > 1:
        ledger.doubt(_failure("the run ended before every broker showed the change"))


def _missing(
    reader: AsksEachBroker, writes: Sequence[tuple[TopicPlan, Operation]], policy: Policy
) -> dict[int, set[str]]:
    """By broker, the topics of which it does not show what was written."""
    missing: dict[int, set[str]] = {}
    for operation in Operation:
        topics = [topic for topic, written in writes if written is operation]
        if topics:
            for node, shown in reader.look_at_each(Query.of(topic.desired for topic in topics), operation).items():
                missing.setdefault(node, set()).update(
                    topic.name for topic in topics if not _is_shown(topic, operation, shown.get(topic.name), policy)
                )
    return missing


def _is_shown(topic: TopicPlan, operation: Operation, shown: LiveTopic | None, policy: Policy) -> bool:
    """Whether a broker shows what ``operation`` wrote; counts that it was not asked for do not matter."""
    if shown is None or operation is Operation.DELETE_TOPICS:
        return shown is None and operation is Operation.DELETE_TOPICS
    desired = topic.desired
    if operation not in {Operation.CREATE_PARTITIONS, Operation.MOVE_REPLICAS}:
        shown = replace(shown, partitions=desired.partitions or 0, replication_factor=desired.replication_factor or 0)
    return is_done(topic, operation, shown, policy)


def _failure(message: str) -> KafkaFailure:
    return KafkaFailure(
        code=0,
        name="NOT_ON_EVERY_BROKER",
        error_class=RETRIABLE,
        message=message,
        remedy="brokers may lag behind the controller: run plan later, or raise --timeout",
    )


def _brokers(nodes: Sequence[int]) -> str:
    return f"broker {nodes[0]}" if len(nodes) == 1 else f"brokers {', '.join(map(str, nodes))}"
