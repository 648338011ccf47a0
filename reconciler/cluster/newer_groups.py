"""Share groups (KIP-932) and streams groups (KIP-1071), as kafka-python describes them by schemas of ours.

It lists them, but has no request that shows what they read. It makes messages of schemas, though, and sends any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.api_message import ApiMessage

from reconciler.cluster.failures import failure_of_code
from reconciler.cluster.other_groups import OtherGroup

_SCHEMAS = "reconciler.cluster.messages"
_PERMISSION = "DESCRIBE on the group and on its topics"
_NO_START = 0
"""The lowest offset; a share group that has not started to read a partition has -1."""
_NOT_READY = "a streams group whose topics are missing does not show what it reads; start the application again"


def _message(name: str) -> Any:
    """The class of the messages whose schema is called ``name``."""
    kind: Any = type(ApiMessage)
    return kind(name, (ApiMessage,), {}, load_json=_SCHEMAS)


ShareGroupDescribeRequest = _message("ShareGroupDescribeRequest")
DescribeShareGroupOffsetsRequest = _message("DescribeShareGroupOffsetsRequest")
StreamsGroupDescribeRequest = _message("StreamsGroupDescribeRequest")
_RESPONSES = tuple(
    map(_message, ("ShareGroupDescribeResponse", "DescribeShareGroupOffsetsResponse", "StreamsGroupDescribeResponse"))
)
"""kafka-python finds the class of a response by itself, as long as somebody keeps it."""


def describe(client: Any, groups: Mapping[str, OtherGroup], broker: int) -> dict[str, OtherGroup]:
    """``groups``, of which ``broker`` is the coordinator, with what they read, asked by a ``KafkaAdminClient``.

    What the broker does not tell of a group is its ``why``, not an exception.
    """
    found: dict[str, OtherGroup] = {}
    for kind, ask in (("share", _share_groups), ("streams", _streams_groups)):
        some = {name: group for name, group in groups.items() if group.type == kind}
        if not some:
            continue
        try:
            found |= client._manager.run(ask, client._manager, some, broker)
        except KafkaError as error:
            why = f"kafka-python: {type(error).__name__}: {error}"
            found |= {name: replace(group, why=why) for name, group in some.items()}
    return found


async def _share_groups(manager: Any, groups: Mapping[str, OtherGroup], broker: int) -> dict[str, OtherGroup]:
    names = list(groups)
    asked = ShareGroupDescribeRequest(group_ids=names, include_authorized_operations=False)
    described = await manager.send(asked, node_id=broker)
    group = DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup
    asked = DescribeShareGroupOffsetsRequest(groups=[group(group_id=name, topics=None) for name in names])
    started = await manager.send(asked, node_id=broker)
    offsets = {each.group_id: each for each in started.groups}
    return {
        each.group_id: _share_group(groups[each.group_id], each, offsets[each.group_id]) for each in described.groups
    }


def _share_group(group: OtherGroup, described: Any, started: Any) -> OtherGroup:
    partitions = [(topic.topic_name, each) for topic in started.topics for each in topic.partitions]
    if why := _error(described, started, *(each for _, each in partitions)):
        return replace(group, why=why)
    offsets: dict[str, dict[int, int]] = defaultdict(dict)
    for topic, each in partitions:
        if each.start_offset >= _NO_START:
            offsets[topic][each.partition_index] = each.start_offset
    subscribed = frozenset(topic for member in described.members for topic in member.subscribed_topic_names)
    return replace(group, topics=subscribed, offsets=dict(offsets), why="")


async def _streams_groups(manager: Any, groups: Mapping[str, OtherGroup], broker: int) -> dict[str, OtherGroup]:
    asked = StreamsGroupDescribeRequest(group_ids=list(groups), include_authorized_operations=False)
    described = await manager.send(asked, node_id=broker)
    return {each.group_id: _streams_group(groups[each.group_id], each) for each in described.groups}


def _streams_group(group: OtherGroup, described: Any) -> OtherGroup:
    if why := _error(described):
        return replace(group, why=why)
    if described.topology is None or described.topology.subtopologies is None:
        return replace(group, why=_NOT_READY)
    return replace(group, topics=frozenset(_read_by(described.topology.subtopologies)), why="")


def _read_by(subtopologies: Sequence[Any]) -> Iterator[str]:
    for each in subtopologies:
        yield from each.source_topics
        for internal in (*each.repartition_source_topics, *each.state_changelog_topics):
            yield internal.name


def _error(*answers: Any) -> str:
    """The first error in ``answers``, with what to do; empty where there is none."""
    for each in answers:
        if each.error_code:
            failure = failure_of_code(each.error_code, each.error_message or "", permission=_PERMISSION)
            return f"{failure.message or failure.name}; {failure.remedy}"
    return ""
