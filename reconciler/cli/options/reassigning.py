"""How replicas are moved: ``--reassign-throttle``."""

from __future__ import annotations

from dataclasses import dataclass

import click

from reconciler.cli.byte_rate import ByteRate
from reconciler.cli.options.kinds import Command, Option, bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignOptions:
    """The most bytes per second that each broker copies of replicas that are moved."""

    reassign_throttle: int | None


def reassign_options(command: Command) -> Command:
    """``--reassign-throttle``, as ``reassign``."""
    return bundled(
        "reassign",
        ReassignOptions,
        click.option(
            "--reassign-throttle",
            type=ByteRate(),
            metavar="BYTES/s",
            cls=Option,
            envvar="RECONCILER_REASSIGN_THROTTLE",
            show_envvar=True,
            help="Let each broker send and receive at most this much of the replicas that are moved, such as 50MB. "
            "The throttle is removed when they are in place.",
        ),
    )(command)
