"""The topic configuration keys of Apache Kafka 4.x as data.

Source: ``org.apache.kafka.storage.internals.log.LogConfig`` and https://kafka.apache.org/documentation/#topicconfigs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class ValueType(Enum):
    """How the broker reads a value's text (``ConfigDef.Type``)."""

    BOOLEAN = "true or false"
    INT = "a whole number of 32 bits"
    LONG = "a whole number of 64 bits"
    DOUBLE = "a number"
    ENUM = "one of a few words"
    SET = "a list whose order means nothing"


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """One key: how its value is read and which values the broker takes."""

    key: str
    type: ValueType
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


_BOOLEAN, _INT, _LONG, _DOUBLE = ValueType.BOOLEAN, ValueType.INT, ValueType.LONG, ValueType.DOUBLE
_ENUM, _SET = ValueType.ENUM, ValueType.SET

TOPIC_CONFIGS: Mapping[str, TopicConfig] = MappingProxyType(
    {
        config.key: config
        for config in (
            TopicConfig("cleanup.policy", _SET, choices=("compact", "delete")),
            TopicConfig("compression.gzip.level", _INT, -1, 9),
            TopicConfig("compression.lz4.level", _INT, 1, 17),
            TopicConfig(
                "compression.type", _ENUM, choices=("gzip", "lz4", "producer", "snappy", "uncompressed", "zstd")
            ),
            TopicConfig("compression.zstd.level", _INT, -131072, 22),
            TopicConfig("delete.retention.ms", _LONG, 0),
            TopicConfig("errors.deadletterqueue.group.enable", _BOOLEAN),
            TopicConfig("file.delete.delay.ms", _LONG, 0),
            TopicConfig("flush.messages", _LONG, 1),
            TopicConfig("flush.ms", _LONG, 0),
            TopicConfig("follower.replication.throttled.replicas", _SET),
            TopicConfig("index.interval.bytes", _INT, 0),
            TopicConfig("leader.replication.throttled.replicas", _SET),
            TopicConfig("local.retention.bytes", _LONG, -2),
            TopicConfig("local.retention.ms", _LONG, -2),
            TopicConfig("max.compaction.lag.ms", _LONG, 1),
            TopicConfig("max.message.bytes", _INT, 0),
            TopicConfig("message.timestamp.after.max.ms", _LONG, 0),
            TopicConfig("message.timestamp.before.max.ms", _LONG, 0),
            TopicConfig("message.timestamp.type", _ENUM, choices=("CreateTime", "LogAppendTime")),
            TopicConfig("min.cleanable.dirty.ratio", _DOUBLE, 0, 1),
            TopicConfig("min.compaction.lag.ms", _LONG, 0),
            TopicConfig("min.insync.replicas", _INT, 1),
            TopicConfig("preallocate", _BOOLEAN),
            TopicConfig("remote.log.copy.disable", _BOOLEAN),
            TopicConfig("remote.log.delete.on.disable", _BOOLEAN),
            TopicConfig("remote.storage.enable", _BOOLEAN),
            TopicConfig("retention.bytes", _LONG),
            TopicConfig("retention.ms", _LONG, -1),
            TopicConfig("segment.bytes", _INT, 14),  # Kafka 4 wants 1 MiB; older brokers take less
            TopicConfig("segment.index.bytes", _INT, 4),
            TopicConfig("segment.jitter.ms", _LONG, 0),
            TopicConfig("segment.ms", _LONG, 1),
            TopicConfig("unclean.leader.election.enable", _BOOLEAN),
        )
    }
)
