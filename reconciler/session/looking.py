"""What a cluster has, without a manifest to plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.clock import TimeLimit
from reconciler.model import LiveState, Moving, Query
from reconciler.session.control import Control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.cluster.connection import Connection
    from reconciler.cluster.properties import ClientSettings
    from reconciler.cluster.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An open connection to a cluster, for reading only."""

    _connection: Connection
    _reader: Reader

    @property
    def bootstrap_servers(self) -> str:
        """The brokers that were asked first."""
        return self._connection.bootstrap_servers

    def read(self, query: Query) -> LiveState:
        """What the cluster has. Raises ClusterUnavailable, DeadlinePassed, and what ``Control.check`` raises."""
        return self._reader.read(query)

    def moving(self, topics: Collection[str]) -> Mapping[str, Moving]:
        """Those of ``topics`` whose replicas are being moved. Raises as ``read``."""
        from reconciler.cluster.reassignments import read_moving  # noqa: PLC0415 - hardly ever needed

        return read_moving(self._connection, self._reader, topics)


@contextmanager
def look(
    settings: ClientSettings, limit: TimeLimit, control: Control, *, cluster_id: str | None = None
) -> Iterator[Look]:
    """Connect to a cluster, which must have the id ``cluster_id`` where one is given."""
    from reconciler.cluster.connection import Connection  # noqa: PLC0415 - loads the client
    from reconciler.cluster.reader import Reader  # noqa: PLC0415 - likewise

    connection = Connection(
        settings.properties,
        limit=limit,
        places=settings.places,
        tell=control.tell,
        check=control.check,
        log=control.log.getChild("librdkafka"),
    )
    connection.expected_cluster_id = cluster_id
    try:
        yield Look(_connection=connection, _reader=Reader(connection, tell=control.tell, sleep=control.clock.sleep))
    finally:
        connection.close()
