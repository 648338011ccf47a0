"""Topic ids (KIP-516), asked for ahead of other requests and collected after them, by the fastest way there is."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.cluster import ids_librdkafka
from reconciler.cluster.configs import WORTH_A_CONNECTION
from reconciler.cluster.connection import Connection
from reconciler.cluster.ids_binding import IdsOfBinding
from reconciler.cluster.ids_librdkafka import IdsInC

AskedIds = IdsInC | IdsOfBinding


def ask_ids(connection: Connection, topics: Sequence[str]) -> AskedIds:
    """Ask for the ids of ``topics``, of which there is at least one; ``answers`` has them.

    It is to be closed, as a block does. Raises DeadlinePassed, ClusterUnavailable, and what ``check`` raises.
    """
    if connection.makes_clients and len(topics) >= WORTH_A_CONNECTION and ids_librdkafka.is_available():
        return IdsInC(connection, topics)
    return IdsOfBinding(connection, topics)
