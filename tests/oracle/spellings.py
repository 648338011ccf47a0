"""Values of config keys, and how people spell them in YAML; weights and spellings are those of real manifests.

The values are what Apache Kafka 4.4 describes after it was sent one of the spellings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

LONGEST = "9223372036854775807"

_VALUES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "retention.ms": {
        "604800000": ("604800000", '"604800000"', "7d", "1w", "' 604800000 '", "'+604800000'", "'0604800000'", "168h"),
        "3600000": ("1h", "3600000", "'3600000'", "60m"),
        "86400000": ("1d", "'86400000'", "24h"),
        "14700000": ("4h5m", "14700000"),
        "2592000000": ("30d", "2592000000"),
        "2700000000": ("2.7e+9", "'2700000000'"),
        "-1": ("-1", "'-1'"),
    },
    "cleanup.policy": {
        "delete": ("delete", "[delete]", "'delete'"),
        "compact": ("compact", "[compact]", "'compact,compact'"),
        "compact,delete": ("'compact,delete'", "compact, delete", "[delete, compact]", '"[compact, delete]"'),
    },
    "compression.type": {
        "producer": ("producer",),
        "zstd": ("zstd", "' zstd '"),
        "lz4": ("lz4",),
        "gzip": ("gzip", '"gzip"'),
    },
    "remote.storage.enable": {"false": ("false", "'false'", '"False"')},
    "local.retention.ms": {"-2": ("-2", "'-2'")},
    "max.message.bytes": {
        "1048588": ("1048588", "'1048588'"),
        "5242880": ("5MiB", "5242880", "'5242880'"),
        "15000000": ("15MB", "15000000"),
        "1000012": ("'1000012'",),
    },
    "retention.bytes": {
        "-1": ("-1",),
        "1000000": ("1000000B", "1000kB", "1MB"),
        "3000000000": ("3e+9", "'3000000000'"),
        "1073741824": ("1GiB", "'1073741824'"),
    },
    "min.insync.replicas": {"1": ("1", "'1'"), "2": ("2", "'2'")},
    "segment.bytes": {"1073741824": ("1GiB", "1073741824"), "104857600": ("100MiB", "'104857600'")},
    "segment.ms": {"604800000": ("7d",), "3600000": ("1h", "'3600000'")},
    "min.cleanable.dirty.ratio": {
        "0.5": ("0.5", ".5", "'0.50'", "5e-1", "'.5'"),
        "0.01": ("0.01", "'0.010'"),
        "1.0": ("1", "1.0"),
        "0.0": ("0", "'0'"),
    },
    "unclean.leader.election.enable": {"true": ("true", '"True"', "'TRUE'"), "false": ("false", "'false'", '"False"')},
    "delete.retention.ms": {"86400000": ("1d", "86400000"), "100": ("100", "100ms"), "172800000": ("2d",)},
    "flush.messages": {LONGEST: (LONGEST, f"'{LONGEST}'"), "10000": ("10000", "'+10000'")},
    "max.compaction.lag.ms": {LONGEST: (f"'{LONGEST}'",), "86400000": ("1d",)},
    "file.delete.delay.ms": {"60000": ("1m", "60s", "'60000'"), "30000": ("30s",)},
}

_PERCENT = {
    "retention.ms": 60,
    "cleanup.policy": 53,
    "compression.type": 38,
    "remote.storage.enable": 25,
    "local.retention.ms": 25,
    "max.message.bytes": 24,
    "retention.bytes": 21,
    "min.insync.replicas": 11,
    "segment.bytes": 7,
}
_PERCENT_OF_OTHERS = 4
_PERCENT_WITHOUT_CONFIG = 24

REFUSED_KEY = "confluent.value.schema.validation"
"""A vendor's key: Apache Kafka refuses it."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A value as the manifest spells it, and as the broker describes it."""

    text: str
    value: str


def spelt(key: str, value: str, random: Random) -> Spelt:
    """``value`` in one of its spellings."""
    return Spelt(random.choice(_VALUES[key][value]), value)


def any_value(key: str, random: Random) -> Spelt:
    """One of the values of ``key``, in one of its spellings."""
    return spelt(key, random.choice(list(_VALUES[key])), random)


def any_key(random: Random) -> str:
    """One of the keys, each as often as in real manifests."""
    keys = list(_VALUES)
    return random.choices(keys, weights=[_PERCENT.get(key, _PERCENT_OF_OTHERS) for key in keys])[0]


def any_config(random: Random) -> dict[str, Spelt]:
    """The config of a topic, each key as often as in real manifests."""
    if random.random() * 100 < _PERCENT_WITHOUT_CONFIG:
        return {}
    return {
        key: any_value(key, random)
        for key in _VALUES
        if random.random() * (100 - _PERCENT_WITHOUT_CONFIG) < _PERCENT.get(key, _PERCENT_OF_OTHERS)
    }
