"""How replicas are moved: ``--reassign-throttle`` and ``--cancel-reassignments``."""

from __future__ import annotations

from dataclasses import dataclass

import click

from reconciler.cli.byte_rate import ByteRate
from reconciler.cli.options.kinds import Command, Option, bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignOptions:
    """The most bytes per second that each broker copies, and whether to take back what is being moved."""

    reassign_throttle: int | None
    cancel_reassignments: bool


def reassign_options(command: Command) -> Command:
    """``--reassign-throttle`` and ``--cancel-reassignments``, as one ``reassign``."""
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
        click.option(
            "--cancel-reassignments",
            is_flag=True,
            help="Take back changes of the replication factor that are still under way, instead of applying the "
            "manifest: the partitions keep the replicas that they had.",
        ),
    )(command)
