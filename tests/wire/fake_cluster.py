"""What the brokers of a scripted Kafka share: topics, and what is decided about them in the words of Kafka 4.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from kio.schema.create_partitions.v1.request import CreatePartitionsTopic
from kio.schema.create_topics.v4.request import CreatableTopic
from kio.schema.incremental_alter_configs.v0.request import AlterConfigsResource

from tests.wire.faults import Fault

_BROKER_DECIDES = -1
_BROKER = 4
"""A resource type."""
_SET, _DELETE = 0, 1
_TOO_FEW_BROKERS = (
    "Unable to replicate the partition {replicas} time(s): The target replication factor of {replicas} cannot be "
    "reached because only {brokers} broker(s) are registered or some brokers have all their log directories cordoned."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic; ``config`` has its overrides. Each one made anew has another id, and is equal nevertheless."""

    partitions: int = 1
    replication_factor: int = 1
    config: Mapping[str, str] = field(default_factory=dict)
    topic_id: UUID = field(default_factory=uuid4, compare=False)


class Answer(NamedTuple):
    """An error code of the protocol, 0 for none, and the broker's words."""

    code: int
    message: str | None = None


class Change(NamedTuple):
    """What a topic is to become, ``None``: it is deleted, and the metadata records that this takes."""

    topic: Topic | None
    records: int


DONE = Answer(0)
UNKNOWN_TOPIC = Answer(3)
NOT_CONTROLLER = Answer(41, "This is not the correct controller for this cluster.")
TOO_MANY_RECORDS = Answer(44, "Unable to perform excessively large batch operation.")
WRONG_PASSWORD = Answer(58, "Invalid username or password")


def is_of_broker(wish: Any) -> bool:
    """Whether a part of a request to describe configs is about a broker."""
    return getattr(wish, "resource_type", None) == _BROKER


def _create(wanted: CreatableTopic, present: Topic | None, brokers: int) -> Change | Answer:
    if present is not None:
        return Answer(36, f"Topic '{wanted.name}' already exists.")
    partitions = 1 if wanted.num_partitions == _BROKER_DECIDES else wanted.num_partitions
    replicas = 1 if wanted.replication_factor == _BROKER_DECIDES else wanted.replication_factor
    if partitions < 1:
        return Answer(37, "Number of partitions was set to an invalid non-positive value.")
    if replicas > brokers:
        return Answer(38, _TOO_FEW_BROKERS.format(replicas=replicas, brokers=brokers))
    config = {entry.name: entry.value or "" for entry in wanted.configs}
    topic = Topic(partitions=partitions, replication_factor=replicas, config=config)
    return Change(topic, records=1 + partitions + len(config))


def _add_partitions(wanted: CreatePartitionsTopic, present: Topic | None, _brokers: int) -> Change | Answer:
    if present is None:
        return UNKNOWN_TOPIC
    if wanted.count == present.partitions:
        return Answer(37, f"Topic already has {wanted.count} partition(s).")
    if wanted.count < present.partitions:
        now = f"The topic {wanted.name} currently has {present.partitions} partition(s)"
        return Answer(37, f"{now}; {wanted.count} would not be an increase.")
    return Change(replace(present, partitions=wanted.count), records=wanted.count - present.partitions)


def _delete(_wanted: str, present: Topic | None, _brokers: int) -> Change | Answer:
    return UNKNOWN_TOPIC if present is None else Change(None, records=1)


def _alter_config(wanted: AlterConfigsResource, present: Topic | None, _brokers: int) -> Change | Answer:
    if present is None:
        return Answer(3, f"The topic '{wanted.resource_name}' does not exist.")
    config = dict(present.config)
    for entry in wanted.configs:
        if entry.config_operation == _SET:
            config[entry.name] = entry.value or ""
        elif entry.config_operation == _DELETE:
            config.pop(entry.name, None)
        else:
            return Answer(42, "A scripted Kafka can only set and delete.")
    return Change(replace(present, config=config), records=len(wanted.configs))


_WRITES: dict[str, Callable[[Any, Topic | None, int], Change | Answer]] = {
    "create_topics": _create,
    "create_partitions": _add_partitions,
    "delete_topics": _delete,
    "incremental_alter_configs": _alter_config,
}


@dataclass(kw_only=True)
class Cluster:
    """Topics by name, brokers' ports by node id, and the node id of the controller (-1: there is none).

    A broker that is not the controller refuses writes unless it ``forwards`` them, as in KRaft. A request whose
    changes take more than ``most_records`` is refused as a whole.
    """

    topics: dict[str, Topic]
    ports: Mapping[int, int]
    cluster_id: str = "fake-kafka"
    controller: int = 1
    forwards: bool = True
    most_records: int = 10_000
    reject_credentials: bool = False
    sensitive: frozenset[str] = frozenset()
    """Configuration keys whose values it does not show."""
    behind: dict[int, dict[str, Topic]] = field(default_factory=dict)
    """The topics that brokers show, where they lag behind."""
    own_defaults: Mapping[int, Mapping[str, str | None]] = field(default_factory=dict)
    """What a broker, by its node id, describes topics with that differs from the others; ``None``: it has no such key.
    """

    def seen_by(self, node: int) -> Cluster:
        """The cluster as one broker shows it."""
        if node not in self.behind:
            return self
        return Cluster(
            topics=self.behind[node],
            ports=self.ports,
            cluster_id=self.cluster_id,
            controller=self.controller,
            sensitive=self.sensitive,
            own_defaults=self.own_defaults,
        )

    def answers(
        self, node: int, api: str, wanted: Mapping[str, Any], faults: Mapping[str, Fault], *, validate_only: bool
    ) -> dict[str, Answer]:
        """Do what broker ``node`` is asked, as far as ``faults`` let it, and say what became of each topic."""
        scripted = {name: Answer(fault.error, fault.message) for name, fault in faults.items() if fault.error}
        if api not in _WRITES:
            shown = self.behind.get(node, self.topics)
            known = {name for name, wish in wanted.items() if name in shown or is_of_broker(wish)}
            return {name: DONE if name in known else UNKNOWN_TOPIC for name in wanted} | scripted
        if node != self.controller and not self.forwards:
            return dict.fromkeys(wanted, NOT_CONTROLLER)
        let = {name: wish for name, wish in wanted.items() if name not in scripted or faults[name].after}
        return dict.fromkeys(wanted, DONE) | self._write(_WRITES[api], let, validate_only) | scripted

    def _write(
        self,
        decide: Callable[[Any, Topic | None, int], Change | Answer],
        wanted: Mapping[str, Any],
        validate_only: bool,
    ) -> dict[str, Answer]:
        decisions = {name: decide(wish, self.topics.get(name), len(self.ports)) for name, wish in wanted.items()}
        changes = {name: decision for name, decision in decisions.items() if isinstance(decision, Change)}
        if sum(change.records for change in changes.values()) > self.most_records:
            return dict.fromkeys(wanted, TOO_MANY_RECORDS)
        if not validate_only:
            # A new one each time: a test may be reading the old one.
            topics = self.topics | {name: change.topic for name, change in changes.items()}
            self.topics = {name: topic for name, topic in topics.items() if topic is not None}
        return {name: DONE if isinstance(decision, Change) else decision for name, decision in decisions.items()}
