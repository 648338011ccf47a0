"""Options to a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler.cli.options import ClusterOptions
from reconciler.clock import TimeLimit
from reconciler.errors import Location, ReconcilerError, WrongUsage

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection

Tell = Callable[[str], None]
Check = Callable[[], None]

_NO_CLUSTER = (
    "no cluster: give --bootstrap-server HOST:PORT, set KAFKA_BOOTSTRAP_SERVERS, "
    "or write cluster.bootstrap_servers into the manifest"
)


def connect(options: ClusterOptions, tell: Tell, check: Check, *, otherwise: str | None = None) -> Connection:
    """A client for the cluster that the options name, or else for the brokers ``otherwise``; nothing is sent yet.

    Precedence: ``--bootstrap-server``, ``-X``, ``--command-config``, ``KAFKA_BOOTSTRAP_SERVERS``, ``otherwise``.
    Raises WrongUsage where nothing names a cluster.
    """
    from reconciler.cluster.connection import Connection  # noqa: PLC0415 - loads the client: 70 ms that others need not pay

    properties, places = _properties(options, otherwise)
    if not properties.get("bootstrap.servers"):
        raise WrongUsage.because("usage", _NO_CLUSTER)
    limit = TimeLimit(options.timeout, deadline=options.deadline)
    return Connection(properties, limit=limit, places=places, tell=tell, check=check)


def connect_early(options: ClusterOptions, tell: Tell, check: Check) -> Connection | None:
    """The same with the request for metadata under way, so that the manifest can be read meanwhile.

    ``None`` where only the manifest can name the cluster, or where ``connect`` will say what is wrong:
    problems of the manifest come first.
    """
    try:
        properties, _ = _properties(options, None)
        if not properties.get("bootstrap.servers"):
            return None
        connection = connect(options, tell, check)
    except ReconcilerError:
        return None
    connection.ask_early()
    return connection


def _properties(options: ClusterOptions, otherwise: str | None) -> tuple[dict[str, str], dict[str, Location]]:
    """librdkafka's properties, and the places of those that a file sets."""
    from reconciler.cluster.properties import is_secret, read_properties  # noqa: PLC0415 - only with a cluster

    properties: dict[str, str] = {}
    if otherwise is not None:
        properties["bootstrap.servers"] = otherwise
    if options.bootstrap_server is not None:
        properties["bootstrap.servers"] = options.bootstrap_server.address
    from_file, places = read_properties(options.command_config) if options.command_config else ({}, {})
    properties |= from_file
    for text in options.properties:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise WrongUsage.because("usage", f"-X takes key=value, not {key!r}")
        if is_secret(key):
            raise WrongUsage.because(
                "usage", f"-X {key}: everybody on this machine can read a command line; use --command-config"
            )
        properties[key] = value
    if options.bootstrap_server is not None and options.bootstrap_server.is_flag:
        properties["bootstrap.servers"] = options.bootstrap_server.address
    return properties, places
