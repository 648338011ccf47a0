"""Topics with old records, groups that lag behind, and a change that removes some of the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
BROKER_RETENTION_MS = 6 * HOUR
"""What the broker gives where a topic sets no retention.ms."""
VALUE_BYTES = 500
_ROLL_MS = MINUTE
_UNLIMITED = "-1"


@dataclass(frozen=True, slots=True)
class Batch:
    """Records written in one request, ``age_ms`` old; more than ``_ROLL_MS`` apart, batches are in segments apart."""

    age_ms: int
    records: int


class Presence(Enum):
    """What became of a group by the time of the plan."""

    ACTIVE = "active"
    EMPTY = "empty"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; ``read`` is the share of each partition that it has committed, ``None`` where it has committed none."""

    name: str
    protocol: str
    presence: Presence
    read: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A topic before a change, its records by partition, who reads it, and the config that the manifest wants."""

    topic: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    partitions: Sequence[Sequence[Batch]]
    groups: Sequence[Group]

    @property
    def policy(self) -> str:
        """The cleanup policy after the change."""
        return self.after.get("cleanup.policy", "delete")


def draw(seed: int) -> Case:
    """The case of a seed, always the same one."""
    random = Random(seed)  # noqa: S311 - chance is wanted, secrecy is not
    topic = f"i{seed}"
    kind = random.choice(["lower", "lower", "reset", "size", "both", "policy"])
    is_reset = kind == "reset"
    retention = BROKER_RETENTION_MS if is_reset else random.choice([HOUR, random.randint(2 * MINUTE, 12 * HOUR)])
    partitions = [_batches(random, retention) for _ in range(random.randint(1, 3))]
    before, after = _change(kind, random, retention, partitions)
    rolling = {"segment.ms": str(_ROLL_MS)}
    protocols = ["classic", "consumer"]
    groups = [
        Group(
            name=f"{topic}-group{number}",
            protocol=random.choice(protocols),
            presence=random.choices(list(Presence), weights=[4, 4, 1])[0],
            read=[random.choice([None, 0.0, 1.0, random.random()]) for _ in partitions],
        )
        for number in range(random.randint(0, 3))
    ]
    return Case(
        topic=topic, before={**before, **rolling}, after={**after, **rolling}, partitions=partitions, groups=groups
    )


def _batches(random: Random, retention: int) -> Sequence[Batch]:
    """Oldest first as a rule; some are out of order, and some become too old while the change is planned and made."""
    ages = [random.randint(MINUTE, 3 * retention) for _ in range(random.randint(0, 8))]
    ages += [retention + offset * SECOND for offset in range(-9, 2) if random.random() < 0.2]
    ages.sort(reverse=True)
    if random.random() < 0.3:
        random.shuffle(ages)
    if random.random() < 0.1:
        ages.insert(random.randint(0, len(ages)), -10 * MINUTE)  # a clock that is ahead
    return [Batch(age, random.randint(1, 20)) for age in ages]


def _change(
    kind: str, random: Random, retention: int, partitions: Sequence[Sequence[Batch]]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    size = max(sum(batch.records for batch in batches) for batches in partitions) * VALUE_BYTES
    limit = str(random.randint(0, 2 * size))
    keep = {"retention.ms": _UNLIMITED}
    match kind:
        case "lower":
            return keep, {"retention.ms": str(retention)}
        case "reset":
            return keep, {}
        case "size":
            return keep, {**keep, "retention.bytes": limit}
        case "both":
            return keep, {"retention.ms": str(retention), "retention.bytes": limit}
        case _:
            policy = random.choice(["delete", "compact,delete"])
            times = {"retention.ms": str(retention)}
            return {**times, "cleanup.policy": "compact"}, {**times, "cleanup.policy": policy}
