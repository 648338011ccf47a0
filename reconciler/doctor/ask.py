"""Asks a cluster about permissions. Dry runs included, nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.clock import TimeLimit
from reconciler.cluster.asking import Asking
from reconciler.cluster.checker import Checker
from reconciler.cluster.connection import Connection
from reconciler.cluster.group_listing import OFFSETS_TOPIC, list_groups
from reconciler.cluster.properties import ClientSettings
from reconciler.cluster.reader import Reader
from reconciler.cluster.requests import Answers
from reconciler.doctor.permissions import Rights
from reconciler.model import INTERNAL_TOPICS, Facet, LiveState, Query, TopicSpec

MOST_TOPICS = 500
"""How many topics are asked about where no manifest names them: one request, and its answer is quick."""
_AT_ONCE = 500
"""Topics per dry run; a request may have 10,000 records, and each of these topics makes two."""
_FACETS = frozenset({Facet.OPERATIONS, Facet.REPLICAS})


def ask_rights(
    settings: ClientSettings, addresses: Sequence[str], topics: Sequence[TopicSpec], seconds: float
) -> Rights:
    """The permissions on ``topics`` (by default on those that the principal can list) of whoever logs in.

    Raises ClusterUnavailable and DeadlinePassed.
    """
    limit = TimeLimit(seconds, deadline=seconds)
    properties = {**settings.properties, "bootstrap.servers": ",".join(addresses)}
    connection = Connection(properties, limit=limit, places=settings.places)
    try:
        reader = Reader(connection)
        live = _read(connection, reader, topics)
        created = _created(connection, [spec for spec in topics if not spec.is_absent])
        offsets = live.topics[OFFSETS_TOPIC].replicas if OFFSETS_TOPIC in live.topics else None
        listing = list_groups(Asking(connection), offsets or ())
    finally:
        connection.close()
    asked = {spec.name for spec in topics}
    return Rights(
        topics={
            name: topic.operations
            for name, topic in live.topics.items()
            if name in asked or (not asked and name not in INTERNAL_TOPICS)
        },
        unreadable={name: failure for name, failure in live.unreadable.items() if name in asked},
        created=created,
        cluster=live.operations,
        groups=len(listing.groups),
        hidden_groups=listing.reasons,
    )


def _read(connection: Connection, reader: Reader, topics: Sequence[TopicSpec]) -> LiveState:
    names = [spec.name for spec in topics]
    if not names:
        names = sorted(connection.metadata().topics.keys() - INTERNAL_TOPICS)[:MOST_TOPICS]
    return reader.read(Query(names=[*names, OFFSETS_TOPIC], facets=_FACETS))


def _created(connection: Connection, topics: Sequence[TopicSpec]) -> Answers:
    """The answers to a dry run that creates ``topics``, small ones: only the permission is of interest."""
    small = [TopicSpec(name=spec.name, origin=spec.origin, partitions=1, replication_factor=1) for spec in topics]
    answers: Answers = {}
    for start in range(0, len(small), _AT_ONCE):
        answers |= Checker(connection).create(small[start : start + _AT_ONCE])
    return answers
