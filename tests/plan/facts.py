"""Desired and live states for plan tests: from files, and arbitrary ones for properties."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.cli.options.permission import permission_options
from reconciler.errors import Location
from reconciler.model import (
    DesiredState,
    Drift,
    FieldChange,
    FormerId,
    KafkaFailure,
    LiveBrokers,
    LiveGroup,
    LivePartition,
    LiveState,
    LiveTopic,
    Measured,
    Moving,
    PartitionOffsets,
    Permission,
    Plan,
    Query,
    Room,
    TopicPlan,
    TopicSpec,
    Unmeasured,
    Wanted,
    live_of,
)
from reconciler.plan import Answers, with_moving

_BROKER_DEFAULT = 1
_NAMES = st.sampled_from(["a", "b", "c", "d"])
_COUNTS = st.integers(1, 5)
_CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "retention.ms": st.sampled_from(["-1", "1000", "604800000"]),
        "cleanup.policy": st.sampled_from(["delete", "compact", "compact,delete", "delete,compact"]),
        "min.cleanable.dirty.ratio": st.sampled_from(["0.5", "0.1"]),
        "preallocate": st.sampled_from(["true", "false"]),
        "vendor.key": st.text(max_size=3),
    },
)

_HIDDEN = st.sets(st.sampled_from(["retention.ms", "vendor.key", "message.format.version"]))
"""Keys of overrides that the cluster describes without their values."""


def live_from(path: Path) -> LiveState:
    """The live state in a golden case's ``live.yaml``; ``moving`` has what replication factors become, ``null`` where
    that is not known, or the lowest and the highest of them with the replicas that partitions get."""
    data: Any = YAML(typ="safe").load(path)
    moving = {name: _moving(target) for name, target in (data.get("moving") or {}).items()}
    live = LiveState(
        cluster_id="4L6g3nShT-eMCtK--X86sw",
        brokers=data.get("brokers", 3),
        topics={name: LiveTopic(name=name, **topic) for name, topic in (data.get("topics") or {}).items()},
        unreadable={name: KafkaFailure(**failure) for name, failure in (data.get("unreadable") or {}).items()},
    )
    return with_moving(live, moving)


def _moving(target: Any) -> Moving:
    if not isinstance(target, dict):
        return Moving(replication_factor=target)
    targets = {partition: tuple(replicas) for partition, replicas in target["targets"].items()}
    return Moving(**{**target, "targets": targets})


def former_from(path: Path) -> Mapping[str, FormerId]:
    """The ids of topics in an earlier report, which ``live.yaml`` has under ``former``."""
    data: Any = YAML(typ="safe").load(path)
    return {name: FormerId(topic_id=former, report="old.json") for name, former in (data.get("former") or {}).items()}


def permission_from(path: Path) -> Permission:
    """What the options in ``path`` permit, ``--allow data-loss --prune``; without such a file, the default."""
    command = click.command(permission_options(lambda permission: permission))
    permission: Permission = command.main(shlex.split(path.read_text()) if path.exists() else [], standalone_mode=False)
    return permission


class Broker:
    """A cluster beside the live topics in ``live.yaml`` of a golden case.

    ``objections`` are what it says of writes; one that has a ``field`` is raised only while the topic is asked about
    with that field. ``defaults`` are what brokers give by config key. ``measured`` has the fields of ``Measured``, of
    which only those are told that are asked for: ``offsets`` are ``[begin, end, cut]`` by topic and partition.
    """

    def __init__(self, path: Path) -> None:
        data: Any = YAML(typ="safe").load(path)
        self._live = live_from(path)
        self._objections: dict[str, list[dict[str, Any]]] = data.get("objections") or {}
        self._defaults: dict[str, str] = data.get("defaults") or {}
        self._measured = _measured(data.get("measured") or {})

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        counts = {spec.name: {"replication_factor"} if spec.replication_factor else set() for spec in topics}
        return {spec.name: self._answer(spec.name, {*spec.config, *counts[spec.name]}) for spec in topics}

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        return dict.fromkeys(totals)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        return {name: self._answer(name, keys) for name, keys in changes.items()}

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        raise AssertionError(topics)

    def read(self, query: Query) -> LiveState:
        named = {name: topic for name, topic in self._live.topics.items() if name in query.names}
        return replace(self._live, topics=named)

    def read_anew(self, query: Query) -> LiveState:
        raise AssertionError(query)

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: value for key, value in self._defaults.items() if key in keys}

    def measure(self, wanted: Wanted) -> Measured:
        return told(self._measured, wanted)

    def _answer(self, name: str, fields: Collection[str]) -> KafkaFailure | None:
        """As Kafka does: the first objection only."""
        for objection in self._objections.get(name, []):
            facts = dict(objection)
            if facts.pop("field", None) in {None, *fields}:
                return KafkaFailure(**facts)
        return None


def _measured(data: Mapping[str, Any]) -> Measured:
    return Measured(
        offsets={
            topic: {partition: PartitionOffsets(*numbers) for partition, numbers in partitions.items()}
            for topic, partitions in data.get("offsets", {}).items()
        },
        newest=data.get("newest", {}),
        groups=None if data.get("groups", []) is None else [_group(each) for each in data.get("groups", [])],
        replicas={
            topic: [
                LivePartition(number, each["leader"], tuple(each["replicas"]), tuple(each["in_sync"]))
                for number, each in partitions.items()
            ]
            for topic, partitions in data.get("replicas", {}).items()
        },
        sizes=data.get("sizes", {}),
        brokers=_brokers(data.get("brokers")),
        unknown={topic: [Unmeasured(**each) for each in some] for topic, some in data.get("unknown", {}).items()},
    )


def _brokers(data: Mapping[str, Any] | None) -> LiveBrokers | None:
    """The brokers in ``data``: racks and numbers of replicas by id, ``room`` as ``[free, in the fullest one]``."""
    if data is None:
        return None
    operations = data.get("operations", ["ALTER"])
    return LiveBrokers(
        racks=data["racks"],
        replicas=data.get("replicas", {}),
        room={broker: Room(*numbers) for broker, numbers in data.get("room", {}).items()},
        operations=None if operations is None else frozenset(operations),
        obstacle=tuple(data["obstacle"]) if "obstacle" in data else None,
    )


def _group(data: Mapping[str, Any]) -> LiveGroup:
    return LiveGroup(**{**data, "assigned": frozenset(data.get("assigned", ()))})


def told(measured: Measured, wanted: Wanted) -> Measured:
    """The part of ``measured`` that a cluster tells when it is asked for ``wanted``."""
    readers = set(wanted.readers)
    return Measured(
        offsets={
            topic: {
                number: each if topic in wanted.cuts else each._replace(cut=None)
                for number, each in measured.offsets[topic].items()
            }
            for topic in {*wanted.cuts, *wanted.records} & measured.offsets.keys()
        },
        newest={topic: measured.newest[topic] for topic in set(wanted.newest) & measured.newest.keys()},
        groups=None
        if measured.groups is None
        else [
            replace(
                group,
                assigned=group.assigned & readers,
                committed={topic: offsets for topic, offsets in group.committed.items() if topic in readers},
            )
            for group in measured.groups
            if readers & {*group.assigned, *group.committed}
        ],
        replicas={topic: measured.replicas[topic] for topic in set(wanted.replicas) & measured.replicas.keys()},
        sizes={topic: measured.sizes[topic] for topic in set(wanted.sizes) & measured.sizes.keys()},
        brokers=measured.brokers if wanted.brokers else None,
        unknown=measured.unknown,
    )


@st.composite
def desired_states(draw: st.DrawFn) -> DesiredState:
    """Any few topics."""
    topics = [
        TopicSpec(
            name=name,
            origin=Location("topics.yaml", 1, 1),
            partitions=draw(st.none() | _COUNTS),
            replication_factor=draw(st.none() | _COUNTS),
            config=draw(_CONFIGS),
        )
        for name in draw(st.lists(_NAMES, unique=True))
    ]
    return DesiredState(topics=topics)


@st.composite
def live_states(draw: st.DrawFn) -> LiveState:
    """Any few topics, with overrides and inherited values."""
    topics = {}
    for name in draw(st.lists(_NAMES, unique=True)):
        overrides = draw(_CONFIGS) | dict.fromkeys(draw(_HIDDEN))
        inherited = {key: value for key, value in draw(_CONFIGS).items() if key not in overrides}
        topics[name] = LiveTopic(
            name=name,
            partitions=draw(_COUNTS),
            replication_factor=draw(_COUNTS),
            overrides=overrides,
            inherited=inherited,
        )
    return LiveState(cluster_id="c", brokers=3, topics=topics)


def carried_out(made: Plan, live: LiveState) -> LiveState:
    """The cluster as it is after all that ``made`` calls safe was done."""
    return replace(live, topics=dict(live.topics) | {topic.name: _after(topic) for topic in made.topics})


def made_changes_of(topic: TopicPlan) -> Sequence[FieldChange]:
    """The changes that apply makes of a topic that differs."""
    return topic.made_changes if isinstance(topic, Drift) else ()


def _after(topic: TopicPlan) -> LiveTopic:
    live = live_of(topic)
    if live is None:
        return LiveTopic(
            name=topic.name,
            partitions=topic.desired.partitions or _BROKER_DEFAULT,
            replication_factor=topic.desired.replication_factor or _BROKER_DEFAULT,
            overrides=topic.desired.config,
        )
    overrides = dict(live.overrides)
    partitions = live.partitions
    for change in made_changes_of(topic):
        if change.config_key is None:
            partitions = int(change.after or 0)
        elif change.after is None:
            del overrides[change.config_key]
        else:
            overrides[change.config_key] = str(change.after)
    return replace(live, partitions=partitions, overrides=overrides)
