"""How often to audit, and where to answer: ``--interval``, ``--address`` and ``--apply``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import click

from reconciler.cli.duration import Duration
from reconciler.cli.options.kinds import Command, Option, bundled
from reconciler.printable import quoted

_HIGHEST_PORT = 65_535


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How often to audit, in seconds, where to answer, and whether to apply what is safe."""

    interval: float
    address: Address
    applying: bool


def _address(text: str) -> Address:
    """The address, IPv6 in brackets. Raises BadParameter where ``text`` is not ``HOST:PORT``."""
    host, _, port = text.strip().rpartition(":")
    name = host.removeprefix("[").removesuffix("]")
    if not host or (":" in name) != host.startswith("[") or "/" in host:
        raise click.BadParameter(
            f"{quoted(text)} is not an address; write HOST:PORT, such as 127.0.0.1:8080, or 0.0.0.0:8080 for all "
            "addresses of this machine"
        )
    if not (port.isascii() and port.isdecimal() and int(port) <= _HIGHEST_PORT):
        raise click.BadParameter(f"{quoted(text)} has no valid port; a port is a number up to {_HIGHEST_PORT}")
    return Address(name, int(port))


def serve_options(command: Command) -> Command:
    """``--interval``, ``--address`` and ``--apply``."""
    return bundled(
        "serve",
        ServeOptions,
        click.option(
            "--interval",
            type=Duration(min=1, max=86_400),
            default="5m",
            show_default=True,
            metavar="DURATION",
            cls=Option,
            envvar="RECONCILER_INTERVAL",
            show_envvar=True,
            help="Time from the start of one audit to the next: 30s, 5m, 1h. After a failed audit the next comes "
            "sooner.",
        ),
        click.option(
            "--address",
            type=_address,
            default="127.0.0.1:8080",
            show_default=True,
            metavar="HOST:PORT",
            cls=Option,
            envvar="RECONCILER_ADDRESS",
            show_envvar=True,
            help="Where to answer HTTP; 0.0.0.0:8080 for all addresses of this machine.",
        ),
        click.option(
            "--apply",
            "applying",
            is_flag=True,
            cls=Option,
            envvar="RECONCILER_SERVE_APPLY",
            show_envvar=True,
            help="Also apply at each audit, as apply --yes does: safe changes, and risky ones with consent.",
        ),
    )(command)
