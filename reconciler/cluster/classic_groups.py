"""Groups as brokers have described them since Kafka 0.9: one request a broker for all of them.

Of groups with a newer protocol (KIP-848, KIP-932, KIP-1071) only the names are shown. It is the only request of the
client that shows groups which are not of consumers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka.admin import GroupMetadata

from reconciler.cluster.asking import Asking
from reconciler.cluster.background import in_background
from reconciler.model import KafkaFailure

_CONSUMER = "consumer"
_ALL = "all"
_DEAD = "dead"
_REBALANCING = frozenset({"preparing-rebalance", "completing-rebalance"})
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class ClassicGroup:
    """A group; all but its name is empty where it has a newer protocol.

    ``protocol_type`` is ``consumer``, ``connect``, or empty for a group that never had members; ``protocol`` is the
    assignor of consumers.
    """

    state: str
    protocol_type: str
    protocol: str
    topics: frozenset[str]
    """What its members subscribe to."""
    clients: frozenset[str]
    """The ``client.id`` of its members."""

    @property
    def is_described(self) -> bool:
        """Whether the broker knows the group by this protocol."""
        return bool(self.protocol_type) or self.state != _DEAD

    @property
    def hides_topics(self) -> bool:
        """Whether it has members whose subscriptions the broker does not show: it rebalances."""
        return self.protocol_type == _CONSUMER and self.state in _REBALANCING


def classic_groups(asking: Asking) -> Mapping[str, ClassicGroup] | KafkaFailure:
    """All groups by name. One that this principal may not describe has its name only."""

    def send(_all: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        admin = asking.connection.admin
        return {_ALL: in_background(lambda: admin.list_groups(timeout=seconds))}

    told = asking.ask([_ALL], send, api="list_groups", permission="DESCRIBE on the cluster")
    if _ALL in told.failures:
        return told.failures[_ALL]
    return {group.id: _group(group) for group in told.results[_ALL]}


def _group(group: GroupMetadata) -> ClassicGroup:
    found: Any = group  # the stub calls its fields None
    of_consumers = found.protocol_type == _CONSUMER
    return ClassicGroup(
        state=_WORDS.sub("-", found.state).lower() or _DEAD,
        protocol_type=found.protocol_type,
        protocol=found.protocol,
        topics=frozenset(
            topic for member in found.members if of_consumers for topic in subscribed_topics(member.metadata or b"")
        ),
        clients=frozenset(member.client_id for member in found.members),
    )


def subscribed_topics(metadata: bytes) -> frozenset[str]:
    """The topics in the metadata of a member: ``ConsumerProtocolSubscription`` of Kafka, whatever its version.

    Empty where the metadata has another form.
    """
    topics = []
    try:
        _version, count = struct.unpack_from(">hi", metadata)
        place = struct.calcsize(">hi")
        for _ in range(count):
            (length,) = struct.unpack_from(">h", metadata, place)
            place += struct.calcsize(">h")
            (name,) = struct.unpack_from(f">{length}s", metadata, place)
            place += length
            topics.append(name.decode())
    except (struct.error, UnicodeDecodeError):
        return frozenset()
    return frozenset(topics)
