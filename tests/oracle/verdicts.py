"""What a change of a topic is, told a second time: by Kafka's documentation, without the project's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from tests.oracle.spellings import LONGEST, REFUSED_KEY
from tests.oracle.state import AGE_MS, Live, Wanted

DEFAULTS: Mapping[str, str] = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "delete.retention.ms": "86400000",
    "file.delete.delay.ms": "60000",
    "flush.messages": LONGEST,
    "local.retention.ms": "-2",
    "max.compaction.lag.ms": LONGEST,
    "max.message.bytes": "1048588",
    "min.cleanable.dirty.ratio": "0.5",
    "min.insync.replicas": "1",
    "remote.storage.enable": "false",
    "retention.bytes": "-1",
    "retention.ms": "604800000",
    "segment.bytes": "1073741824",
    "segment.ms": "604800000",
    "unclean.leader.election.enable": "false",
}
"""https://kafka.apache.org/documentation/#topicconfigs"""

SIZES_ARE_READ = find_spec("kafka") is not None
"""Whether the client is installed that can read how large partitions are."""

ONE_WAY = frozenset({"remote.storage.enable"})
"""Keys that are not reset where the manifest does not name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A risk that needs consent; ``records`` go, ``None`` where that is not what it is about, or not known."""

    kind: str
    records: int | None = None


IMPOSSIBLE, BROKER = "impossible", "broker"
Verdict = Risk | str | None
"""A risk, ``IMPOSSIBLE``, ``BROKER`` for what the broker refuses, or ``None`` for a safe change."""


def value_of(key: str, config: Mapping[str, str]) -> str:
    """The effective value where ``config`` is set on the topic."""
    return config.get(key, DEFAULTS.get(key, ""))


def same(key: str, one: str, other: str) -> bool:
    """Whether two described values mean the same."""
    return set(one.split(",")) == set(other.split(",")) if key == "cleanup.policy" else one == other


def config_after(live: Live, wanted: Wanted, *, keeps_extra: bool) -> Mapping[str, str]:
    """What is set on the topic once all of ``wanted`` is applied."""
    kept = live.overrides if keeps_extra else {key: live.overrides[key] for key in ONE_WAY & live.overrides.keys()}
    return {**kept, **wanted.values}


def differences(
    live: Live, wanted: Wanted, *, keeps_extra: bool
) -> Mapping[str, tuple[int | str | None, int | str | None]]:
    """The fields that differ, with the effective value before, and the value set after, ``None`` for a reset."""
    found: dict[str, tuple[int | str | None, int | str | None]] = {}
    if wanted.partitions not in (None, live.partitions):
        found["partitions"] = (live.partitions, wanted.partitions)
    if wanted.replication_factor not in (None, 1):
        found["replication_factor"] = (1, wanted.replication_factor)
    for key, value in wanted.values.items():
        if not same(key, value, value_of(key, live.overrides)):
            found[f"config.{key}"] = (value_of(key, live.overrides), value)
    for key in live.overrides.keys() - config_after(live, wanted, keeps_extra=keeps_extra).keys():
        found[f"config.{key}"] = (live.overrides[key], None)
    return found


def verdict(field: str, live: Live, wanted: Wanted, *, keeps_extra: bool) -> Verdict:
    """The verdict on one field that differs."""
    match field:
        case "replication_factor":
            return IMPOSSIBLE
        case "partitions":
            return _on_partitions(live, wanted)
        case _:
            after = config_after(live, wanted, keeps_extra=keeps_extra)
            return _on_config(field.removeprefix("config."), live, after)


def _on_partitions(live: Live, wanted: Wanted) -> Verdict:
    if wanted.partitions is None or wanted.partitions < live.partitions:
        return IMPOSSIBLE
    return Risk(kind="partition-increase", records=live.records) if live.records or live.is_read else None


def _on_config(key: str, live: Live, config: Mapping[str, str]) -> Verdict:
    before, after = value_of(key, live.overrides), value_of(key, config)
    match key:
        # One replica is enough, however many are asked for: more than there are count as all (since Kafka 3.7).
        case "min.insync.replicas" if int(after) < int(before):
            return Risk(kind="durability-loss")
        case "unclean.leader.election.enable" if (before, after) == ("false", "true"):
            return Risk(kind="durability-loss")
        case "delete.retention.ms" if live.is_read and int(after) < int(before) and _may_compact(live, config):
            return Risk(kind="data-loss")
        case "cleanup.policy" | "retention.ms" | "retention.bytes" if live.records:
            return _on_records(key, live, config)
        case _ if key == REFUSED_KEY:
            return BROKER
        case _:
            return None


def _on_records(key: str, live: Live, config: Mapping[str, str]) -> Verdict:
    before, after = value_of(key, live.overrides), value_of(key, config)
    policies = [value_of("cleanup.policy", each) for each in (live.overrides, config)]
    # From delete to compact needs consent, without which the policy stays.
    deletes = "delete" in policies[1] or policies[0] == "delete"
    loses = Risk(kind="data-loss", records=live.records)
    goes_by_age = deletes and 0 <= int(value_of("retention.ms", config)) < AGE_MS
    # Every limit is larger than what is stored, but that is known only where sizes can be read.
    may_go_by_size = deletes and int(value_of("retention.bytes", config)) >= 0
    match key:
        case "cleanup.policy" if "compact" in after and "compact" not in before:
            return loses
        case "cleanup.policy" if "delete" in after and "delete" not in before:
            return loses if goes_by_age or (may_go_by_size and not SIZES_ARE_READ) else None
        case "retention.ms" if goes_by_age and _is_lower(after, before):
            return loses
        case "retention.bytes" if may_go_by_size and not SIZES_ARE_READ and _is_lower(after, before):
            return loses
        case _:
            return None


def _may_compact(live: Live, config: Mapping[str, str]) -> bool:
    """Whether the topic is compacted afterwards, or stays so for lack of consent to delete records by a limit."""
    before, after = (value_of("cleanup.policy", each) for each in (live.overrides, config))
    has_limit = any(value_of(key, config) != "-1" for key in ("retention.ms", "retention.bytes"))
    return "compact" in after or (before == "compact" and has_limit)


def _is_lower(limit: str, before: str) -> bool:
    """Whether a ``limit`` keeps less than the one before; -1 is no limit."""
    return int(before) < 0 or int(limit) < int(before)
