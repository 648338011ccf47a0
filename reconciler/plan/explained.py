"""Every value of one topic: what the manifest wants and why, what the cluster has and why, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model import STATE, Consent, LiveSource, LiveTopic, Moving, Policy, Source, TopicSpec
from reconciler.plan.diff import COUNTS, differences, is_left_alone

Value = int | str | bool | list[object] | None
_CONFIG = "config."


class Standing(StrEnum):
    """How the value on the cluster stands to that of the manifest."""

    EQUAL = "equal"
    DIFFERS = "differs"
    EXTRA = "extra"
    """An override that the manifest does not name: apply resets it."""
    KEPT = "kept"
    """An override that the manifest does not name, and that the policy keeps."""
    NOT_COMPARED = "not-compared"
    """The cluster does not show the value, or replicas are being moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveValue:
    """A value on the cluster; ``None`` where the cluster does not show it, or where brokers have different ones."""

    value: int | str | None
    source: LiveSource | None = None
    brokers: Mapping[int, str | None] | None = None
    """Where brokers have different defaults: that of each, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of a topic. ``standing`` is ``None`` where there is nothing to compare."""

    field: str
    value: Value = None
    source: Source | None = None
    live: LiveValue | None = None
    standing: Standing | None = None


def explained(
    spec: TopicSpec | None, live: LiveTopic | None, policy: Policy, moving: Moving | None = None
) -> tuple[Setting, ...]:
    """All settings of a topic of the manifest, of the cluster, or of both: counts, configs by key, then the rest."""
    wanted = _wanted(spec) if spec is not None else {}
    sources = spec.sources if spec is not None else {}
    present = _present(spec, live) if live is not None else {}
    standings = _standings(spec, live, policy, moving) if spec is not None and live is not None else {}
    return tuple(
        Setting(
            field=field,
            value=wanted.get(field),
            source=sources.get(field),
            live=present.get(field),
            standing=standings.get(field),
        )
        for field in sorted(wanted.keys() | present.keys(), key=_place)
    )


def _place(field: str) -> tuple[int, str]:
    order = (*COUNTS, _CONFIG, "owner", "description", "labels.", "allow", "protected", STATE)
    return next(number for number, start in enumerate(order) if field.startswith(start)), field


def _wanted(spec: TopicSpec) -> dict[str, Value]:
    """What the manifest wants; ``None`` for a count that the broker chooses, and for a config set to ``null``."""
    named = {field for field in spec.sources if field.startswith(_CONFIG)}
    fields: dict[str, Value] = {
        "partitions": spec.partitions,
        "replication_factor": spec.replication_factor,
        **{f"{_CONFIG}{key}": spec.config.get(key) for key in {*spec.config, *(_key(field) for field in named)}},
    }
    others: dict[str, Value] = {
        "owner": spec.owner,
        "description": spec.description,
        **{f"labels.{key}": value for key, value in spec.labels.items()},
        **{field: value for field, value in _risks(spec).items() if field in spec.sources},
    }
    return fields | {field: value for field, value in others.items() if value is not None or field in spec.sources}


def _key(field: str) -> str:
    return field.removeprefix(_CONFIG)


def _risks(spec: TopicSpec) -> dict[str, Value]:
    """What decides about risky changes of the topic."""
    return {
        "allow": [_consent(consent) for consent in spec.allow],
        "protected": spec.is_protected,
        STATE: "absent" if spec.is_absent else "present",
    }


def _consent(consent: Consent) -> object:
    """A consent as a manifest writes it."""
    limits = {"up_to": consent.up_to, "until": consent.until and str(consent.until), "reason": consent.reason}
    given = {key: value for key, value in limits.items() if value is not None}
    return {"kind": consent.kind, **given} if given else consent.kind


def _present(spec: TopicSpec | None, live: LiveTopic) -> dict[str, LiveValue]:
    values = {**live.inherited, **live.overrides}
    configs = {key: LiveValue(value=value, source=live.sources.get(key)) for key, value in values.items()}
    configs |= {key: LiveValue(value=None, brokers=brokers) for key, brokers in live.disputed.items()}
    is_written = spec is not None and STATE in spec.sources
    return {
        "partitions": LiveValue(value=live.partitions),
        "replication_factor": LiveValue(
            value=live.replication_factor_beside(spec.replication_factor if spec is not None else None)
        ),
        **{f"{_CONFIG}{key}": value for key, value in configs.items()},
        **({STATE: LiveValue(value="present")} if is_written else {}),
    }


def _standings(spec: TopicSpec, live: LiveTopic, policy: Policy, moving: Moving | None) -> dict[str, Standing]:
    """How each field stands that can be compared, as a plan compares it."""
    if spec.is_absent:
        return {STATE: Standing.DIFFERS}
    found = {field: Standing.EQUAL for field, _ in _comparable(spec)}
    for key, value in live.overrides.items():
        if not spec.names(key):
            found[f"{_CONFIG}{key}"] = Standing.KEPT if is_left_alone(key, live, policy) else Standing.EXTRA
        elif value is None and key in spec.config:
            found[f"{_CONFIG}{key}"] = Standing.NOT_COMPARED
    for each in differences(spec, live, policy):
        is_named = not each.field.startswith(_CONFIG) or spec.names(_key(each.field))
        is_settled = each.field != "replication_factor" or not _becomes(moving, each.after)
        if is_named:
            found[each.field] = Standing.DIFFERS if is_settled else Standing.NOT_COMPARED
    return found


def _becomes(moving: Moving | None, wanted: int | str | None) -> bool:
    """Whether replicas are being moved, and their number is then ``wanted``, as far as that is known."""
    return moving is not None and moving.replication_factor in {None, wanted}


def _comparable(spec: TopicSpec) -> Iterator[tuple[str, Value]]:
    """What the manifest decides about the live topic: not the counts that it leaves to the broker."""
    for field, value in _wanted(spec).items():
        if field.startswith(_CONFIG) or field == STATE or (field in COUNTS and value is not None):
            yield field, value
