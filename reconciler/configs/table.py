"""The topic configuration keys of Apache Kafka 3.9 to 4.4 as data.

Source: ``org.apache.kafka.storage.internals.log.LogConfig`` and https://kafka.apache.org/documentation/#topicconfigs;
``tests/broker/test_config_table.py`` compares every row with real brokers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class ValueType(Enum):
    """How the broker parses a value (``ConfigDef.Type``)."""

    BOOLEAN = "true or false"
    INT = "a whole number of 32 bits"
    LONG = "a whole number of 64 bits"
    DOUBLE = "a number"
    ENUM = "one of a few words"
    SET = "a list in any order"


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """One key: its type, its default and range, and the versions of Kafka that have it.

    ``default`` and ``minimum`` are those of the newest version; ``default_before_4`` and
    ``minimum_before_4`` are set where Kafka 3 had others.
    """

    key: str
    type: ValueType
    default: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    excluded: int | None = None
    """A number inside the range that is not allowed."""
    since: str | None = None
    """The version that added the key; ``None`` for Kafka 3.9 or older."""
    removed_in: str | None = None
    instead: str | None = None
    """What to use instead of a removed key; ``None`` if it has no replacement."""
    default_before_4: str | None = None
    minimum_before_4: float | None = None

    @property
    def lowest(self) -> float | None:
        """The lowest value that any version accepts."""
        return self.minimum if self.minimum_before_4 is None else self.minimum_before_4


_BOOLEAN, _INT, _LONG, _DOUBLE = ValueType.BOOLEAN, ValueType.INT, ValueType.LONG, ValueType.DOUBLE
_ENUM, _SET = ValueType.ENUM, ValueType.SET
_UNLIMITED = str(2**63 - 1)
_CODECS = ("gzip", "lz4", "producer", "snappy", "uncompressed", "zstd")
_GONE = "4.0"

_ALL = (
    TopicConfig("cleanup.policy", _SET, "delete", choices=("compact", "delete")),
    TopicConfig("compression.gzip.level", _INT, "-1", -1, 9, excluded=0),
    TopicConfig("compression.lz4.level", _INT, "9", 1, 17),
    TopicConfig("compression.type", _ENUM, "producer", choices=_CODECS),
    TopicConfig("compression.zstd.level", _INT, "3", -131072, 22),
    TopicConfig("delete.retention.ms", _LONG, "86400000", 0),
    TopicConfig("errors.deadletterqueue.group.enable", _BOOLEAN, "false", since="4.4"),
    TopicConfig("file.delete.delay.ms", _LONG, "60000", 0),
    TopicConfig("flush.messages", _LONG, _UNLIMITED, 1),
    TopicConfig("flush.ms", _LONG, _UNLIMITED, 0),
    TopicConfig("follower.replication.throttled.replicas", _SET, ""),
    TopicConfig("index.interval.bytes", _INT, "4096", 0),
    TopicConfig("leader.replication.throttled.replicas", _SET, ""),
    TopicConfig("local.retention.bytes", _LONG, "-2", -2),
    TopicConfig("local.retention.ms", _LONG, "-2", -2),
    TopicConfig("max.compaction.lag.ms", _LONG, _UNLIMITED, 1),
    TopicConfig("max.decompressed.message.bytes", _INT, "2147483639", 1, 2147483639, since="4.4"),  # and 4.2.2
    TopicConfig("max.message.bytes", _INT, "1048588", 0),
    TopicConfig("message.downconversion.enable", _BOOLEAN, "true", removed_in=_GONE),
    TopicConfig("message.format.version", _ENUM, "3.0-IV1", removed_in=_GONE),
    TopicConfig("message.timestamp.after.max.ms", _LONG, "3600000", 0, default_before_4=_UNLIMITED),
    TopicConfig("message.timestamp.before.max.ms", _LONG, _UNLIMITED, 0),
    TopicConfig(
        "message.timestamp.difference.max.ms",
        _LONG,
        _UNLIMITED,
        0,
        removed_in=_GONE,
        instead="message.timestamp.before.max.ms and message.timestamp.after.max.ms",
    ),
    TopicConfig("message.timestamp.type", _ENUM, "CreateTime", choices=("CreateTime", "LogAppendTime")),
    TopicConfig("min.cleanable.dirty.ratio", _DOUBLE, "0.5", 0, 1),
    TopicConfig("min.compaction.lag.ms", _LONG, "0", 0),
    TopicConfig("min.insync.replicas", _INT, "1", 1),
    TopicConfig("preallocate", _BOOLEAN, "false"),
    TopicConfig("remote.copy.lag.bytes", _LONG, "-1", -1, since="4.4"),
    TopicConfig("remote.copy.lag.ms", _LONG, "0", -1, since="4.4"),
    TopicConfig("remote.log.copy.disable", _BOOLEAN, "false"),
    TopicConfig("remote.log.delete.on.disable", _BOOLEAN, "false"),
    TopicConfig("remote.storage.enable", _BOOLEAN, "false"),
    TopicConfig("retention.bytes", _LONG, "-1"),
    TopicConfig("retention.ms", _LONG, "604800000", -1),
    TopicConfig("segment.bytes", _INT, "1073741824", 1048576, minimum_before_4=14),
    TopicConfig("segment.index.bytes", _INT, "10485760", 4),
    TopicConfig("segment.jitter.ms", _LONG, "0", 0),
    TopicConfig("segment.ms", _LONG, "604800000", 1),
    TopicConfig("unclean.leader.election.enable", _BOOLEAN, "false"),
)

TOPIC_CONFIGS: Mapping[str, TopicConfig] = MappingProxyType({config.key: config for config in _ALL})

ONE_WAY = frozenset({"diskless.enable", "remote.storage.enable"})
"""Keys that cannot be turned off again, or not without deleting records (Aiven Inkless, KIP-950)."""

# Settings of producers, consumers and other clients that are set on topics by mistake.
CLIENT_SETTINGS = frozenset(
    {
        "acks",
        "auto.offset.reset",
        "batch.size",
        "bootstrap.servers",
        "buffer.memory",
        "client.id",
        "delivery.timeout.ms",
        "enable.auto.commit",
        "enable.idempotence",
        "fetch.max.bytes",
        "group.id",
        "isolation.level",
        "key.deserializer",
        "key.serializer",
        "linger.ms",
        "max.block.ms",
        "max.in.flight.requests.per.connection",
        "max.poll.interval.ms",
        "max.poll.records",
        "max.request.size",
        "request.timeout.ms",
        "retries",
        "retry.backoff.ms",
        "session.timeout.ms",
        "transactional.id",
        "value.deserializer",
        "value.serializer",
    }
)
