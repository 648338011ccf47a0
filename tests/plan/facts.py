"""Desired and live states for plan tests: from files, and arbitrary ones for properties."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.errors import Location
from reconciler.model import DesiredState, KafkaFailure, LiveState, LiveTopic, Measured, Query, TopicSpec, Wanted
from reconciler.plan import Answers

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
    """The live state in a golden case's ``live.yaml``."""
    data: Any = YAML(typ="safe").load(path)
    return LiveState(
        cluster_id="4L6g3nShT-eMCtK--X86sw",
        brokers=data.get("brokers", 3),
        topics={name: LiveTopic(name=name, **topic) for name, topic in (data.get("topics") or {}).items()},
        unreadable={name: KafkaFailure(**failure) for name, failure in (data.get("unreadable") or {}).items()},
    )


class Broker:
    """What a broker says of writes, by the ``objections`` in ``live.yaml`` of a golden case.

    One that has a ``field`` is raised only while the topic is asked about with that field.
    """

    def __init__(self, path: Path) -> None:
        data: Any = YAML(typ="safe").load(path)
        self._objections: dict[str, list[dict[str, Any]]] = data.get("objections") or {}

    def create(self, topics: Sequence[TopicSpec]) -> Answers:
        counts = {spec.name: {"replication_factor"} if spec.replication_factor else set() for spec in topics}
        return {spec.name: self._answer(spec.name, {*spec.config, *counts[spec.name]}) for spec in topics}

    def add_partitions(self, totals: Mapping[str, int]) -> Answers:
        return dict.fromkeys(totals)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Answers:
        return {name: self._answer(name, keys) for name, keys in changes.items()}

    def delete(self, topics: Mapping[str, str | None]) -> Answers:
        raise AssertionError(topics)

    def read_anew(self, query: Query) -> LiveState:
        raise AssertionError(query)

    def broker_defaults(self, _keys: Collection[str]) -> Mapping[str, str]:
        return {}

    def measure(self, _wanted: Wanted) -> Measured:
        return Measured()

    def _answer(self, name: str, fields: Collection[str]) -> KafkaFailure | None:
        """As Kafka does: the first objection only."""
        for objection in self._objections.get(name, []):
            facts = dict(objection)
            if facts.pop("field", None) in {None, *fields}:
                return KafkaFailure(**facts)
        return None


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
