"""Members of groups that no client here can be, made of single requests over a socket: Kafka Streams, workers of Kafka
Connect, share groups. None sends heartbeats: a broker waits longer for one than a test takes.
"""

from __future__ import annotations

import io
import socket
import struct
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from kafka.protocol.consumer.metadata import ConsumerProtocolSubscription
from kio.index import load_response_schema
from kio.schema.alter_share_group_offsets.v0.request import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
)
from kio.schema.errors import ErrorCode
from kio.schema.join_group.v5.request import JoinGroupRequest, JoinGroupRequestProtocol
from kio.schema.share_group_heartbeat.v1.request import ShareGroupHeartbeatRequest
from kio.schema.streams_group_heartbeat.v0.request import (
    StreamsGroupHeartbeatRequest,
    Subtopology,
    Topology,
)
from kio.schema.sync_group.v3.request import SyncGroupRequest, SyncGroupRequestAssignment
from kio.schema.types import GroupId, TopicName
from kio.serial import entity_reader, entity_writer
from kio.static.primitive import i32, i32Timedelta, i64

from reconciler.sandbox import Sandbox

SECONDS = 60
_LENGTH = struct.Struct(">i")
_PASSING = frozenset(
    {
        ErrorCode.coordinator_load_in_progress,
        ErrorCode.coordinator_not_available,
        ErrorCode.not_coordinator,
        ErrorCode.rebalance_in_progress,
    }
)
_JOINING, _LEAVING = i32(0), i32(-1)


class Posing:
    """A connection to the only broker of a sandbox, which coordinates all groups."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def joins(self, group: str, *, kind: str, protocol: str, metadata: bytes = b"") -> None:
        """Be the only member of a classic group with the protocol type ``kind`` and one ``protocol``."""
        member = ""
        while True:
            joined = self._ask(
                JoinGroupRequest(
                    group_id=GroupId(group),
                    session_timeout=i32Timedelta.parse(timedelta(seconds=SECONDS)),
                    rebalance_timeout=i32Timedelta.parse(timedelta(seconds=SECONDS)),
                    member_id=member,
                    protocol_type=kind,
                    protocols=(JoinGroupRequestProtocol(name=protocol, metadata=metadata),),
                ),
                ErrorCode.member_id_required,
            )
            if not joined.error_code:
                break
            member = joined.member_id
        self._ask(
            SyncGroupRequest(
                group_id=GroupId(group),
                generation_id=joined.generation_id,
                member_id=joined.member_id,
                assignments=(SyncGroupRequestAssignment(member_id=joined.member_id, assignment=b""),),
            )
        )

    def subscribes(self, group: str, topic: str, *, assignor: str) -> None:
        """Be a consumer of ``topic`` whose partitions ``assignor`` assigns."""
        metadata = ConsumerProtocolSubscription(topics=[topic], version=1).encode()
        self.joins(group, kind="consumer", protocol=assignor, metadata=bytes(metadata))

    def shares(self, group: str, topic: str) -> str:
        """Be the only member of a share group; its id."""
        return self._heartbeat_of_share(group, _new_id(), _JOINING, (TopicName(topic),))

    def stops_sharing(self, group: str, member: str) -> None:
        """Leave a share group."""
        self._heartbeat_of_share(group, member, _LEAVING, None)

    def starts_at(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Let a share group without members read ``topic`` from ``offsets`` by partition."""
        partitions = tuple(
            AlterShareGroupOffsetsRequestPartition(partition_index=i32(number), start_offset=i64(offset))
            for number, offset in offsets.items()
        )
        topics = (AlterShareGroupOffsetsRequestTopic(topic_name=TopicName(topic), partitions=partitions),)
        answer = self._ask(AlterShareGroupOffsetsRequest(group_id=GroupId(group), topics=topics))
        assert not any(each.error_code for topic in answer.responses for each in topic.partitions), answer

    def streams(self, group: str, topic: str) -> str:
        """Be the only member of a streams group (KIP-1071) whose topology reads ``topic``; its id."""
        reading = Subtopology(
            subtopology_id="0",
            source_topics=(TopicName(topic),),
            state_changelog_topics=(),
            repartition_source_topics=(),
            copartition_groups=(),
        )
        topology = Topology(epoch=i32(0), subtopologies=(reading,))
        return self._heartbeat_of_streams(group, _new_id(), _JOINING, topology)

    def stops_streaming(self, group: str, member: str) -> None:
        """Leave a streams group."""
        self._heartbeat_of_streams(group, member, _LEAVING, None)

    def _heartbeat_of_share(self, group: str, member: str, epoch: i32, topics: tuple[TopicName, ...] | None) -> str:
        heartbeat = ShareGroupHeartbeatRequest(
            group_id=GroupId(group), member_id=member, member_epoch=epoch, subscribed_topic_names=topics
        )
        self._ask(heartbeat)
        return member

    def _heartbeat_of_streams(self, group: str, member: str, epoch: i32, topology: Topology | None) -> str:
        heartbeat = StreamsGroupHeartbeatRequest(
            group_id=GroupId(group),
            member_id=member,
            member_epoch=epoch,
            endpoint_information_epoch=i32(0),
            rebalance_timeout=i32Timedelta.parse(timedelta(seconds=SECONDS)),
            topology=topology,
            active_tasks=(),
            standby_tasks=(),
            warmup_tasks=(),
            process_id=member,
            client_tags=(),
            task_offsets=None,
            task_end_offsets=None,
        )
        self._ask(heartbeat)
        return member

    def _ask(self, request: Any, *expected: ErrorCode) -> Any:
        """The response to ``request``, which has no error but ``expected`` ones; asked again while one passes."""
        end = time.monotonic() + SECONDS
        while (answer := self._asked_once(request)).error_code in _PASSING:
            assert time.monotonic() < end, answer
        assert not answer.error_code or answer.error_code in expected, answer
        return answer

    def _asked_once(self, request: Any) -> Any:
        key, version, header = request.__api_key__, request.__version__, request.__header_schema__
        buffer = io.BytesIO()
        entity_writer(header)(
            buffer, header(request_api_key=key, request_api_version=version, correlation_id=i32(0), client_id="posing")
        )
        entity_writer(type(request))(buffer, request)
        message = buffer.getvalue()
        self._connection.sendall(_LENGTH.pack(len(message)) + message)
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        answer = self._read(length)
        kind: Any = load_response_schema(key, version)
        _, start = entity_reader(kind.__header_schema__)(answer, 0)
        return entity_reader(kind)(answer, start)[0]

    def _read(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            part = self._connection.recv(length - len(parts))
            assert part, "the broker closed the connection"
            parts += part
        return bytes(parts)


@contextmanager
def posing(kafka: Sandbox) -> Iterator[Posing]:
    """A connection to ``kafka`` for members of groups."""
    host, _, port = kafka.bootstrap_servers.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        yield Posing(connection)


def _new_id() -> str:
    """An id as Kafka's clients write them."""
    return urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
