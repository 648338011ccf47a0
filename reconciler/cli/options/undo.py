"""Which run to undo: ``--undo``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from reconciler.cli.options.kinds import Command


def undo_option(command: Command) -> Command:
    """``--undo``."""
    option: Callable[[Command], Command] = click.option(
        "--undo",
        metavar="REPORT.json",
        type=click.Path(path_type=Path, readable=False, allow_dash=True),
        help="Restore what the apply of this JSON report changed, instead of the manifest, whose rules and consents "
        "count. Prints a patch for the manifest.",
    )
    return option(command)
