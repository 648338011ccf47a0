"""Broker settings, and the topic config keys that they are the defaults of.

Source: ``org.apache.kafka.server.config.ServerTopicConfigSynonyms``; ``tests/broker/test_config_table.py`` compares it
with the names that real brokers show.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Synonym(NamedTuple):
    """The topic config key, or the manifest key of a count; ``unit`` is the unit of the broker's value."""

    key: str
    unit: str = ""


BROKER_SYNONYMS: Mapping[str, Synonym] = MappingProxyType(
    {
        "default.replication.factor": Synonym("replication_factor"),
        "log.cleaner.delete.retention.ms": Synonym("delete.retention.ms"),
        "log.cleaner.max.compaction.lag.ms": Synonym("max.compaction.lag.ms"),
        "log.cleaner.min.cleanable.ratio": Synonym("min.cleanable.dirty.ratio"),
        "log.cleaner.min.compaction.lag.ms": Synonym("min.compaction.lag.ms"),
        "log.cleanup.policy": Synonym("cleanup.policy"),
        "log.flush.interval.messages": Synonym("flush.messages"),
        "log.flush.interval.ms": Synonym("flush.ms"),
        "log.flush.scheduler.interval.ms": Synonym("flush.ms"),
        "log.index.interval.bytes": Synonym("index.interval.bytes"),
        "log.index.size.max.bytes": Synonym("segment.index.bytes"),
        "log.local.retention.bytes": Synonym("local.retention.bytes"),
        "log.local.retention.ms": Synonym("local.retention.ms"),
        "log.message.downconversion.enable": Synonym("message.downconversion.enable"),
        "log.message.format.version": Synonym("message.format.version"),
        "log.message.timestamp.after.max.ms": Synonym("message.timestamp.after.max.ms"),
        "log.message.timestamp.before.max.ms": Synonym("message.timestamp.before.max.ms"),
        "log.message.timestamp.difference.max.ms": Synonym("message.timestamp.difference.max.ms"),
        "log.message.timestamp.type": Synonym("message.timestamp.type"),
        "log.preallocate": Synonym("preallocate"),
        "log.remote.copy.lag.bytes": Synonym("remote.copy.lag.bytes"),
        "log.remote.copy.lag.ms": Synonym("remote.copy.lag.ms"),
        "log.retention.bytes": Synonym("retention.bytes"),
        "log.retention.hours": Synonym("retention.ms", "h"),
        "log.retention.minutes": Synonym("retention.ms", "m"),
        "log.retention.ms": Synonym("retention.ms"),
        "log.roll.hours": Synonym("segment.ms", "h"),
        "log.roll.jitter.hours": Synonym("segment.jitter.ms", "h"),
        "log.roll.jitter.ms": Synonym("segment.jitter.ms"),
        "log.roll.ms": Synonym("segment.ms"),
        "log.segment.bytes": Synonym("segment.bytes"),
        "log.segment.delete.delay.ms": Synonym("file.delete.delay.ms"),
        "message.max.bytes": Synonym("max.message.bytes"),
        "num.partitions": Synonym("partitions"),
    }
)
