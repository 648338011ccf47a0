"""What the brokers of a scripted Kafka read and write: https://kafka.apache.org/protocol.

Answers are tuples of their fields in the protocol's order.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any, get_args

from kio.index import load_request_schema, load_response_schema
from kio.schema.errors import ErrorCode
from kio.serial import entity_reader, entity_writer

from tests.wire.fake_cluster import DONE, WRONG_PASSWORD, Answer, Cluster, Topic, is_of_broker

HOST = "127.0.0.1"
API_VERSIONS = 18
SPOKEN = {
    2: ("list_offsets", 1),
    3: ("metadata", 12),
    17: ("sasl_handshake", 1),
    API_VERSIONS: ("api_versions", 0),
    19: ("create_topics", 4),
    20: ("delete_topics", 3),
    32: ("describe_configs", 1),
    36: ("sasl_authenticate", 0),
    37: ("create_partitions", 1),
    44: ("incremental_alter_configs", 0),
}
"""Each API's name and highest version by its key. Metadata is in the flexible encoding, which has topic ids."""
DEFAULT_CONFIG = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "max.message.bytes": "1048588",
    "min.insync.replicas": "1",
    "retention.ms": "604800000",
}
"""What every topic is described with, besides its overrides."""

_KEY_AND_VERSION = struct.Struct(">hh")
_NOT_ASKED = -(2**31)
"""Permitted operations where the request does not ask for them."""
_LAST_WITH_CLUSTER_OPERATIONS = 10
_TOPIC = 2
_OVERRIDE, _DEFAULT = 1, 5
_UNSUPPORTED_VERSION = 35
_NEVER_LISTED = frozenset({3, 29})
_NO_THROTTLE = timedelta(0)
_PADDING = 32
"""Bytes a topic that nobody reads: librdkafka takes memory by the answer's length, too little for absent topics."""

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Request:
    """A request to ``node``; ``wanted`` is what it says of each topic, ``None`` where it is about all of them."""

    node: int
    key: int
    version: int
    wanted: Mapping[str, Any] | None
    validate_only: bool

    @property
    def api(self) -> str:
        """The name of the API."""
        return SPOKEN[self.key][0]


def read_request(node: int, key: int, message: bytes) -> Request:
    """The request in a message without its length."""
    _, version = _KEY_AND_VERSION.unpack_from(message)
    kind: Any = load_request_schema(key, version)
    _, start = entity_reader(kind.__header_schema__)(message, 0)
    body, _ = entity_reader(kind)(message, start)
    items = getattr(body, "topics", getattr(body, "resources", getattr(body, "topic_names", ())))
    wanted = None if items is None else {_name(item): item for item in items}
    return Request(node, key, version, wanted, getattr(body, "validate_only", False))


def _name(item: Any) -> str:
    """The topic that a part of a request is about."""
    if isinstance(item, str):
        return item
    return str(getattr(item, "name", None) or item.resource_name)


def write_answer(request: Request, answers: Answers, cluster: Cluster) -> bytes:
    """What follows the correlation id in the answer to ``request``, where ``answers`` became of its topics."""
    body = _body(request.key, request.version, _ANSWERS[request.api](request, answers, cluster))
    # In the flexible encoding the header ends with its tags, of which there are none.
    return b"\0" + body + bytes(_PADDING * len(answers)) if request.api == "metadata" else body


def versions(asked: int) -> bytes:
    """The body of the answer to ApiVersions: always version 0, which a client that ``asked`` for more asks for next."""
    return _body(
        API_VERSIONS, 0, (asked and _UNSUPPORTED_VERSION, [(key, 0, last) for key, (_, last) in SPOKEN.items()])
    )


def _body(key: int, version: int, values: Sequence[Any]) -> bytes:
    kind: Any = load_response_schema(key, version)
    buffer = io.BytesIO()
    entity_writer(kind)(buffer, _entity(kind, values))
    return buffer.getvalue()


def _entity(kind: Any, values: Sequence[Any]) -> Any:
    """An object of a generated class of kio, with those inside it."""
    made: dict[str, Any] = {}
    for field, value in zip(fields(kind), values, strict=True):
        inner = next(iter(get_args(field.type)), None)
        if is_dataclass(inner):
            made[field.name] = tuple(_entity(inner, item) for item in value)
        else:
            made[field.name] = ErrorCode(value) if field.type is ErrorCode else value
    return kind(**made)


def _written(_request: Request, answers: Answers, _cluster: Cluster) -> Sequence[Any]:
    return _NO_THROTTLE, [(name, *answer) for name, answer in answers.items()]


def _deleted(_request: Request, answers: Answers, _cluster: Cluster) -> Sequence[Any]:
    return _NO_THROTTLE, [(name, answer.code) for name, answer in answers.items()]


def _altered(_request: Request, answers: Answers, _cluster: Cluster) -> Sequence[Any]:
    return _NO_THROTTLE, [(*answer, _TOPIC, name) for name, answer in answers.items()]


def _described(request: Request, answers: Answers, cluster: Cluster) -> Sequence[Any]:
    resources = request.wanted or {}

    def entries(name: str) -> list[Any]:
        if is_of_broker(resources[name]):
            return []
        overrides = cluster.topics[name].config
        defaults = {**DEFAULT_CONFIG, **cluster.own_defaults.get(request.node, {})}
        keys = resources[name].configuration_keys
        return [
            (
                key,
                None if key in cluster.sensitive else value,
                False,
                _OVERRIDE if key in overrides else _DEFAULT,
                key in cluster.sensitive,
                (),
            )
            for key, value in {**defaults, **overrides}.items()
            if value is not None and (keys is None or key in keys)
        ]

    return _NO_THROTTLE, [
        (*answer, resources[name].resource_type, name, [] if answer.code else entries(name))
        for name, answer in answers.items()
    ]


def _metadata(request: Request, answers: Answers, cluster: Cluster) -> Sequence[Any]:
    def partitions(topic: Topic) -> list[Any]:
        nodes = max(len(cluster.ports), topic.replication_factor)
        placed = [
            tuple((number + replica) % nodes + 1 for replica in range(topic.replication_factor))
            for number in range(topic.partitions)
        ]
        return [(0, number, replicas[0], -1, replicas, replicas, ()) for number, replicas in enumerate(placed)]

    brokers = [(node, HOST, port, None) for node, port in cluster.ports.items()]
    topics = [
        (answer.code, name, None, False, [], _NOT_ASKED)
        if answer.code
        else (0, name, cluster.topics[name].topic_id, False, partitions(cluster.topics[name]), _NOT_ASKED)
        for name, answer in answers.items()
        if request.wanted is not None or answer.code not in _NEVER_LISTED
    ]
    whole = _NO_THROTTLE, brokers, cluster.cluster_id, cluster.controller, topics
    return whole if request.version > _LAST_WITH_CLUSTER_OPERATIONS else (*whole, _NOT_ASKED)


def _mechanisms(_request: Request, answers: Answers, _cluster: Cluster) -> Sequence[Any]:
    return answers.get("", DONE).code, ("PLAIN",)


def _authenticated(_request: Request, answers: Answers, cluster: Cluster) -> Sequence[Any]:
    return *answers.get("", WRONG_PASSWORD if cluster.reject_credentials else DONE), b""


def _offsets(request: Request, answers: Answers, _cluster: Cluster) -> Sequence[Any]:
    """There are no records: each offset asked for is 0, and has no time."""
    asked = request.wanted or {}
    return (
        [
            (name, [(each.partition_index, answer.code, -1, 0) for each in asked[name].partitions])
            for name, answer in answers.items()
        ],
    )


_ANSWERS: dict[str, Callable[[Request, Answers, Cluster], Sequence[Any]]] = {
    "list_offsets": _offsets,
    "metadata": _metadata,
    "sasl_handshake": _mechanisms,
    "create_topics": _written,
    "delete_topics": _deleted,
    "describe_configs": _described,
    "sasl_authenticate": _authenticated,
    "create_partitions": _written,
    "incremental_alter_configs": _altered,
}
