"""The fields in which a live topic differs from what the manifest wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.configs import ONE_WAY, same_value
from reconciler.model import STATE, Difference, LiveTopic, Policy, TopicSpec
from reconciler.plan.disputed import inherited

COUNTS = ("partitions", "replication_factor")


def differences(desired: TopicSpec, live: LiveTopic, policy: Policy) -> tuple[Difference, ...]:
    """Every field that differs, counts first, then configuration keys by name.

    Compared is what values mean, not how they are spelt. A value that a broker default gives already is
    no difference; an override that the manifest does not name is one, with ``after`` ``None``, unless
    it is left alone (``is_left_alone``). An override that the manifest does name and
    whose value the cluster does not show is none: it cannot be compared, and setting it each time would never end.
    """
    if desired.is_absent:
        return (Difference(field=STATE, before="present", after="absent", origin=desired.origin_of(STATE)),)
    wanted = _wanted(desired)
    present = _present(desired, live, policy)
    if wanted == present:
        return ()
    return tuple(
        _difference(desired, field, before, after)
        for field, (before, after) in sorted(_changed(present, wanted).items(), key=_counts_first)
    )


def _wanted(desired: TopicSpec) -> dict[str, int | str]:
    counts: dict[str, int | str | None] = {field: getattr(desired, field) for field in COUNTS}
    configs = {f"config.{key}": value for key, value in desired.config.items()}
    return {field: value for field, value in (counts | configs).items() if value is not None}


def _present(desired: TopicSpec, live: LiveTopic, policy: Policy) -> dict[str, int | str | None]:
    """The live fields that count, a value that means the same as the desired one in the desired spelling."""
    replicas = live.replication_factor_beside(desired.replication_factor)
    counts = {"partitions": live.partitions, "replication_factor": replicas}
    fields: dict[str, int | str | None] = {
        field: count for field, count in counts.items() if getattr(desired, field) is not None
    }
    overrides = {
        key: value
        for key, value in live.overrides.items()
        if desired.names(key) or not is_left_alone(key, live, policy)
    }
    for key, value in (inherited(desired, live) | overrides).items():
        wanted = desired.config.get(key)
        same = wanted is not None and (value is None or same_value(key, wanted, value))
        fields[f"config.{key}"] = wanted if same else value
    return fields


def is_left_alone(key: str, live: LiveTopic, policy: Policy) -> bool:
    """Whether an override of ``key`` that the manifest does not name stays."""
    # Brokers give their own topics overrides, which without compaction would lose what they keep there.
    return live.is_internal or key in ONE_WAY or policy.leaves_alone(key)


def _changed(
    present: Mapping[str, int | str | None], wanted: Mapping[str, int | str]
) -> dict[str, tuple[int | str | None, int | str | None]]:
    """The fields that only one has, or that have different values, with the value of each.

    The mappings are flat, so no library is needed; the one that compares nested data takes 0.1 s to import, which is a
    third of what a service may wait for its topics.
    """
    return {
        field: (present.get(field), wanted.get(field))
        for field in present.keys() | wanted.keys()
        # An override whose value the cluster does not show is None, and still there.
        if field not in present or field not in wanted or present[field] != wanted[field]
    }


def _counts_first(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] not in COUNTS, item[0]


def _difference(desired: TopicSpec, field: str, before: int | str | None, after: int | str | None) -> Difference:
    return Difference(
        field=field,
        before=before,
        after=after,
        origin=desired.origin_of(field),
    )
