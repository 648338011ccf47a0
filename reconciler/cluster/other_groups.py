"""Groups that are not of consumers: share groups (KIP-932), and streams groups (KIP-1071)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.cluster.connection import Connection
from reconciler.cluster.second_client import NotAsked, ask_second_client

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OtherGroup:
    """The type and the state of a group, each ``unknown`` where no client tells them."""

    type: str = UNKNOWN
    state: str = UNKNOWN


def other_groups(connection: Connection, names: Collection[str]) -> Mapping[str, OtherGroup]:
    """The groups ``names``, with what a second client tells of them; no request where there are none."""
    if not names:
        return {}
    try:
        listed: Any = ask_second_client(connection, lambda client: client.list_groups(), api="list_groups")
    except NotAsked:
        listed = []
    told = {
        group["group_id"]: OtherGroup(
            str(group.get("group_type") or UNKNOWN).lower(), str(group.get("group_state") or UNKNOWN).lower()
        )
        for group in listed
    }
    return {name: told.get(name, OtherGroup()) for name in names}
