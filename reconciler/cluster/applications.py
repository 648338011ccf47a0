"""Which groups belong to Kafka Streams or Kafka Connect, by what these applications do everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reconciler.cluster.classic_groups import ClassicGroup

_ASSIGNOR = "stream"
_INTERNAL = ("-changelog", "-repartition")
_CLIENT, _GROUP = "connector-consumer-", "connect-"
"""What Kafka Connect begins the ``client.id`` and the group of a sink connector with, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Applications:
    """What the groups and topics of a cluster show of applications."""

    of_streams: frozenset[str]
    """Groups that have internal topics of Kafka Streams."""
    has_connect: bool
    """Whether workers of Kafka Connect are a group of the cluster."""

    @classmethod
    def seen_in(cls, groups: Mapping[str, ClassicGroup], topics: Collection[str]) -> Applications:
        """The applications that ``groups`` and the names of ``topics`` show."""
        internal = (topic for topic in topics if topic.endswith(_INTERNAL))
        of_streams = (next((name for name in _prefixes(topic) if name in groups), None) for topic in internal)
        has_connect = any(group.protocol_type == "connect" for group in groups.values())
        return cls(frozenset(name for name in of_streams if name is not None), has_connect)

    def type_of(self, group: str, protocol: str, clients: Collection[str]) -> str | None:
        """``streams`` or ``connect`` where ``group`` belongs to such an application, by its assignor and clients.

        A stopped application has neither; its names remain.
        """
        if protocol == _ASSIGNOR or (not protocol and group in self.of_streams):
            return "streams"
        if any(client.startswith(_CLIENT) for client in clients) or (self.has_connect and group.startswith(_GROUP)):
            return "connect"
        return None


def _prefixes(topic: str) -> Iterator[str]:
    """What may be the application of ``APPLICATION-STORE-changelog``, the longest first."""
    parts = topic.split("-")
    for number in range(len(parts) - 2, 0, -1):
        yield "-".join(parts[:number])
