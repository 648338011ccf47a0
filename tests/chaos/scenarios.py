"""What a schedule starts from and what its manifest wants, drawn from its seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

MANAGED, BYSTANDERS, DOOMED = 25, 2, 4
MAX_PARTITIONS = 6

# No value is Kafka's default, and no change from before to wanted, or back to the default, loses records.
BEFORE = {
    "compression.type": ("gzip", "lz4"),
    "delete.retention.ms": ("1000", "2000"),
    "index.interval.bytes": ("8192", "16384"),
    "max.message.bytes": ("2000000", "3000000"),
    "message.timestamp.type": ("LogAppendTime",),
    "min.cleanable.dirty.ratio": ("0.25", "0.75"),
    "retention.ms": ("3600000", "7200000"),
    "segment.bytes": ("104857600", "209715200"),
    "segment.ms": ("3600000", "7200000"),
}
WANTED = {
    "compression.type": ("zstd", "gzip"),
    "delete.retention.ms": ("2000", "3000"),
    "index.interval.bytes": ("16384", "32768"),
    "max.message.bytes": ("3000000", "4000000"),
    "message.timestamp.type": ("LogAppendTime",),
    "min.cleanable.dirty.ratio": ("0.75", "0.9"),
    "retention.ms": ("7200000", "86400000"),
    "segment.bytes": ("209715200", "314572800"),
    "segment.ms": ("7200000", "86400000"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A topic's settings; ``config`` has its overrides."""

    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The topics that are there before, some of them not in the manifest, and those that the manifest wants.

    ``doomed`` are those that the manifest wants to be absent.
    """

    seed: int
    start: Mapping[str, Settings]
    wanted: Mapping[str, Settings]
    doomed: frozenset[str] = frozenset()

    @property
    def prefix(self) -> str:
        """What all its topics' names begin with."""
        return f"s{self.seed}."

    @property
    def impossible(self) -> frozenset[str]:
        """The topics with more partitions than wanted: nobody can take them away."""
        shared = self.start.keys() & self.wanted.keys()
        return frozenset(name for name in shared if self.start[name].partitions > self.wanted[name].partitions)

    def manifest(self) -> str:
        """The manifest, in the part of YAML that is JSON."""
        topics: dict[str, Any] = {
            name: {
                "partitions": settings.partitions,
                "replication_factor": settings.replication_factor,
                "config": dict(settings.config),
            }
            for name, settings in self.wanted.items()
        }
        topics |= {name: {"state": "absent"} for name in sorted(self.doomed)}
        # What is measured may get lost on the way, too: then every change needs consent.
        defaults = {"allow": ["data-loss", "delete", "partition-increase"]}
        return json.dumps({"version": 1, "defaults": defaults, "topics": topics}, indent=1)


def draw(seed: int) -> Scenario:
    """The scenario of a seed, always the same one.

    In those of odd seeds nothing is risky. Nothing is measured then, and what befalls connections is left for writes.
    """
    has_risks = seed % 2 == 0
    random = Random(seed)  # noqa: S311 - chance is wanted, secrecy is not
    start: dict[str, Settings] = {}
    wanted: dict[str, Settings] = {}
    has_impossible = random.random() < 0.5
    for number in range(MANAGED):
        name = f"s{seed}.t{number:02}"
        wanted[name] = _settings(random, WANTED)
        if random.random() < 0.6:
            start[name] = _before(random, wanted[name], [5 * has_risks, 4, int(has_impossible)])
    for number in range(BYSTANDERS):
        start[f"s{seed}.other{number}"] = _settings(random, BEFORE)
    doomed = {f"s{seed}.doomed{number}": _settings(random, BEFORE) for number in range(DOOMED * has_risks)}
    return Scenario(seed=seed, start=start | doomed, wanted=wanted, doomed=frozenset(doomed))


def _settings(random: Random, values: Mapping[str, Sequence[str]]) -> Settings:
    return Settings(
        partitions=random.randint(2, MAX_PARTITIONS - 1),
        replication_factor=random.randint(1, 3),
        config=_config(random, values),
    )


def _config(random: Random, values: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {key: random.choice(few) for key, few in values.items() if random.random() < 0.3}


def _before(random: Random, wanted: Settings, weights: Sequence[int]) -> Settings:
    """A topic that is to become ``wanted``, maybe with other config.

    ``weights`` are for fewer partitions, as many, too many.
    """
    fewer, more = random.randint(1, wanted.partitions - 1), random.randint(wanted.partitions + 1, MAX_PARTITIONS)
    (partitions,) = random.choices([fewer, wanted.partitions, more], weights=weights)
    config = wanted.config if random.random() < 0.4 else _config(random, BEFORE)
    return Settings(partitions=partitions, replication_factor=wanted.replication_factor, config=config)
