"""Options to a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.options import ClusterOptions
from reconciler.errors import WrongUsage
from reconciler.model import ClusterReference

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection


def connect(options: ClusterOptions, reference: ClusterReference) -> Connection:
    """A client for the cluster that the options or the manifest name; nothing is sent yet.

    Precedence: ``--bootstrap-server``, ``-X``, ``--command-config``, ``KAFKA_BOOTSTRAP_SERVERS``, manifest.
    """
    from reconciler.cluster.connection import Connection  # noqa: PLC0415 - loads the client: 70 ms that others need not pay
    from reconciler.cluster.properties import is_secret, read_properties  # noqa: PLC0415

    properties: dict[str, str] = {}
    if reference.bootstrap_servers is not None:
        properties["bootstrap.servers"] = reference.bootstrap_servers
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
    if not properties.get("bootstrap.servers"):
        raise WrongUsage.because(
            "usage",
            "no cluster: give --bootstrap-server HOST:PORT, set KAFKA_BOOTSTRAP_SERVERS, "
            "or write cluster.bootstrap_servers into the manifest",
        )
    return Connection(
        properties,
        timeout=options.timeout,
        places=places,
        expected_cluster_id=reference.id,
        report_wait=lambda line: click.echo(line, err=True),
    )
