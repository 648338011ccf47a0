"""Manifests of N topics that look like real ones, and the same topics as the bare client creates them.

The frequencies are those of 1,600 topic definitions in public repositories. Two are bent so that one broker
on a laptop holds 10,000 topics: partition counts end at 3, and the replication factor is 1.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.manifest.load import load

_DOMAINS = ("orders", "payments", "stock", "shipping", "Billing", "crm", "from-prod.web", "dev.search", "iot", "audit")
_WORDS = ("created", "updates", "deleted", "requests", "replies", "snapshot", "state-changes", "errors", "dead_letter")
_PARTITIONS = {1: 60, None: 14, 2: 14, 3: 12}
_NO_CONFIG = 0.24

# Per configuration key: how often topics with any configuration have it, and the spellings seen.
_CONFIG: dict[str, tuple[float, Sequence[object]]] = {
    "retention.ms": (0.79, ["604800000", "7d", 86400000, "-1", "2592000000"]),
    "cleanup.policy": (0.70, ["delete", "compact", ["compact", "delete"], "delete"]),
    "compression.type": (0.50, ["producer", "zstd", "lz4", "snappy"]),
    "max.message.bytes": (0.32, ["1048588", "5MiB", 2097152]),
    "retention.bytes": (0.28, ["-1", "1073741824", "10GiB"]),
    "min.insync.replicas": (0.14, [1, "1"]),
    "segment.bytes": (0.09, ["1073741824", "100MiB"]),
    "segment.ms": (0.06, ["7d", "3600000"]),
    "min.cleanable.dirty.ratio": (0.05, [0.5, "0.10", ".5"]),
    "delete.retention.ms": (0.05, ["1d", 3600000]),
    "message.timestamp.type": (0.04, ["CreateTime", "LogAppendTime"]),
    "unclean.leader.election.enable": (0.03, [False, "false", "True"]),
}


@dataclass(frozen=True)
class Topic:
    """A topic as a manifest spells it."""

    name: str
    partitions: int | None
    config: dict[str, object]


def topics(number: int, *, prefix: str = "", seed: int = 7) -> list[Topic]:
    """So many topics with different names, the same for the same ``seed``."""
    chance = random.Random(seed)  # noqa: S311 - the same workload every time, no secret
    return [_topic(chance, place, prefix) for place in range(number)]


def changed(before: Sequence[Topic], share: float, key: str = "retention.ms", value: str = "3d") -> list[Topic]:
    """The same topics, a ``share`` of them, spread evenly, with another ``value`` of the config ``key``."""
    step = round(1 / share)
    return [
        replace(topic, config={**topic.config, key: value}) if place % step == 0 else topic
        for place, topic in enumerate(before)
    ]


def write_manifest(path: Path, wanted: Sequence[Topic]) -> Path:
    """The manifest of the topics ``wanted``."""
    head = "version: 1\ndefaults: {replication_factor: 1}\ntopics:\n"
    path.write_text(head + "".join(_lines(wanted)), encoding="utf-8")
    return path


def write_for_floor(manifest: Path) -> Path:
    """The same topics in the form that the bare client needs no time to read."""
    desired = load([manifest], None, {})
    rows = [(spec.name, spec.partitions or -1, dict(spec.config)) for spec in desired.topics]
    path = manifest.with_suffix(".json")
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def _topic(chance: random.Random, place: int, prefix: str) -> Topic:
    name = f"{prefix}{chance.choice(_DOMAINS)}.{chance.choice(_WORDS)}-{place:05}.v{chance.randint(1, 3)}"
    partitions = chance.choices(list(_PARTITIONS), list(_PARTITIONS.values()))[0]
    config = {}
    if chance.random() >= _NO_CONFIG:
        config = {key: chance.choice(values) for key, (share, values) in _CONFIG.items() if chance.random() < share}
    return Topic(name, partitions, config)


def _lines(wanted: Sequence[Topic]) -> Iterator[str]:
    for topic in wanted:
        yield f"  {topic.name}:\n    owner: team-{len(topic.name) % 7}\n"
        if topic.partitions is not None:
            yield f"    partitions: {topic.partitions}\n"
        if topic.config:
            yield "    config:\n"
        for key, value in topic.config.items():
            yield f"      {key}: {json.dumps(value)}\n"
