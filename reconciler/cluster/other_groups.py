"""Groups that are not of consumers: share groups (KIP-932), and streams groups (KIP-1071)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.cluster.connection import Connection
from reconciler.cluster.second_client import NotAsked, ask_second_client

UNKNOWN = "unknown"
_GONE = "it is not listed any more, or of another type now; run the command again"
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherGroup:
    """A group; its type and its state are ``unknown`` where no client tells them."""

    type: str = UNKNOWN
    state: str = UNKNOWN
    topics: frozenset[str] = frozenset()
    """What its members subscribe to."""
    offsets: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """By topic and partition, the first record that a share group has not finished."""
    why: str
    """Why it is not known what the group reads, and what to do; empty where it is."""


def other_groups(connection: Connection, names: Collection[str], brokers: Collection[int]) -> Mapping[str, OtherGroup]:
    """The groups ``names``, which ``brokers`` coordinate, as a second client tells them.

    No request where there are none.
    """
    if not names:
        return {}

    def told(client: Any) -> Mapping[str, OtherGroup]:
        from reconciler.cluster.newer_groups import describe  # noqa: PLC0415 - needs an extra

        found: dict[str, OtherGroup] = {}
        for broker in brokers:
            listed = (_listed(each) for each in client.list_groups([broker]) if each["group_id"] in names)
            found |= describe(client, dict(listed), broker)
        return found

    try:
        found = ask_second_client(connection, told, api="list_groups")
    except NotAsked as error:
        return {name: OtherGroup(why=str(error)) for name in names}
    return {name: found.get(name, OtherGroup(why=_GONE)) for name in names}


def _listed(group: Mapping[str, Any]) -> tuple[str, OtherGroup]:
    kind, state = (str(group.get(key) or UNKNOWN) for key in ("group_type", "group_state"))
    return group["group_id"], OtherGroup(type=kind.lower(), state=_WORDS.sub("-", state).lower(), why=_GONE)
