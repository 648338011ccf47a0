"""Which cluster, how to connect to it, and how long to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from reconciler.cli.duration import Duration
from reconciler.cli.options.kinds import Command, Option, Repeatable, bundled


class BootstrapServer(NamedTuple):
    """An address, and whether it was given as a flag, which wins over the file of ``--command-config``."""

    address: str
    is_flag: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """Which cluster, and how to connect to it."""

    bootstrap_server: BootstrapServer | None
    command_config: Path | None
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions(ConnectionOptions):
    """Which cluster, and how long to wait for it; times are in seconds."""

    timeout: float
    deadline: float | None


def cluster_options(command: Command) -> Command:
    """``--bootstrap-server``, ``--command-config``, ``-X``, ``--timeout`` and ``--deadline``."""
    return bundled("cluster", ClusterOptions, *_connection(), *_limits())(command)


def connection_options(command: Command) -> Command:
    """``--bootstrap-server``, ``--command-config`` and ``-X``."""
    return bundled("cluster", ConnectionOptions, *_connection())(command)


def _connection() -> tuple[Callable[..., Any], ...]:
    return (
        click.option(
            "--bootstrap-server",
            metavar="HOST:PORT,…",
            callback=_explicit,
            cls=Option,
            envvar="KAFKA_BOOTSTRAP_SERVERS",
            show_envvar=True,
            help="Bootstrap servers of the cluster, separated by commas.",
        ),
        click.option(
            "--command-config",
            type=click.Path(path_type=Path, readable=False),
            cls=Option,
            envvar="RECONCILER_COMMAND_CONFIG",
            show_envvar=True,
            help="File of librdkafka properties, key=value, with ${VAR}; put passwords here. It overrides the "
            "variables KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_… and KAFKA_SSL_….",
        ),
        click.option(
            "-X",
            "properties",
            metavar="KEY=VALUE",
            cls=Repeatable,
            multiple=True,
            envvar="RECONCILER_X",
            show_envvar=True,
            help="Set a librdkafka property; overrides --command-config. Repeatable; one per line in the variable.",
        ),
    )


def _limits() -> tuple[Callable[[Command], Command], ...]:
    return (
        click.option(
            "--timeout",
            type=Duration(min=0, min_open=True, max=3600),
            default=30,
            show_default=True,
            metavar="DURATION",
            cls=Option,
            envvar=["RECONCILER_TIMEOUT", "KAFKA_TOPIC_CREATION_TIMEOUT"],
            show_envvar=True,
            help="Give up when a step makes no progress for this long: 30s, 2m, 500ms, or a number of seconds.",
        ),
        click.option(
            "--deadline",
            type=Duration(min=0, min_open=True),
            metavar="DURATION",
            cls=Option,
            envvar="RECONCILER_DEADLINE",
            show_envvar=True,
            help="Stop the whole run after this long, for example 10m, and report what is unfinished.",
        ),
    )


def _explicit(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> BootstrapServer | None:
    if value is None:
        return None
    source = ctx.get_parameter_source("bootstrap_server")
    return BootstrapServer(value, is_flag=source is ParameterSource.COMMANDLINE)
