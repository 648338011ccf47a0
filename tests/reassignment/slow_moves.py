"""Another tool whose moves take for ever, because it limits them to a byte a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confluent_kafka.admin import ResourceType

from tests.reassignment.other_tool import OtherTool

LEADERS, FOLLOWERS = "leader.replication.throttled.replicas", "follower.replication.throttled.replicas"
SENT, RECEIVED = "leader.replication.throttled.rate", "follower.replication.throttled.rate"
BYTES, RECORDS = 500_000, 8
"""Of each partition; a broker answers with more than a byte, but not with so much."""


class SlowMoves(OtherTool):
    """Limits what it moves as kafka-reassign-partitions does."""

    def begin(self, name: str, now: Sequence[Sequence[int]], then: Mapping[int, Sequence[int]]) -> None:
        """Create a topic with records and begin to move the replicas of some partitions."""
        limited = {
            LEADERS: ",".join(f"{partition}:{broker}" for partition in then for broker in now[partition]),
            FOLLOWERS: ",".join(f"{partition}:{broker}" for partition, of in then.items() for broker in of),
        }
        self.place(name, now, limited)
        self.write(name, len(now), RECORDS, BYTES)
        for broker in self._brokers:
            self.set_rates(broker, {SENT: "1", RECEIVED: "1"})
        self.move(name, then)

    def set_rates(self, broker: int, rates: Mapping[str, str | None]) -> None:
        """Limit what a broker copies, in bytes a second; ``None`` for no limit."""
        self._set(ResourceType.BROKER, str(broker), rates)

    def end(self) -> None:
        """Let all moves come to their end, without a limit on any broker."""
        for broker in self._brokers:
            self.set_rates(broker, {SENT: None, RECEIVED: None})
        self.await_settled()
