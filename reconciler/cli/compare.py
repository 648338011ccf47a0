"""``reconciler compare``"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from reconciler.cli import suggest
from reconciler.cli.defect import note_verbosity
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    cluster_options,
    colour_option,
    format_option,
    named_manifest_options,
    only_option,
)
from reconciler.cli.progress import Progress
from reconciler.cli.signals import Signals
from reconciler.cli.streams import put, put_json, say
from reconciler.cli.variables import near_misses
from reconciler.clock import Clock
from reconciler.errors import Severity, WrongUsage
from reconciler.exit_codes import DIFFERENCES, ERROR, OK, USAGE
from reconciler.report.layout import Detail, TextStyle
from reconciler.session import Control

if TYPE_CHECKING:
    from reconciler.model import DesiredState
    from reconciler.plan.comparison import Comparison
    from reconciler.session.comparing import Compared

_COLUMNS_WITHOUT_TERMINAL = 100


@click.command("compare")
@click.argument("a", metavar="A", shell_complete=suggest.sides)
@click.argument("b", metavar="B", shell_complete=suggest.sides)
@named_manifest_options
@cluster_options
@only_option
@format_option("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are differences (0 when equal).")
@click.option(
    "-v",
    "--verbose",
    "verbosity",
    count=True,
    callback=note_verbosity,
    help="Name every topic, also of many that differ alike; with -vv also the traceback of an internal error.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors and the summary.")
@colour_option
@click.pass_obj
def command(
    signals: Signals,
    *,
    a: str,
    b: str,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    only: tuple[str, ...],
    output: str,
    detailed_exitcode: bool,
    verbosity: int,
    quiet: bool,
) -> int:
    """Show the differences between the topics of A and B. Changes nothing (read-only).

    A and B are each one of these; the prefix is needed only where a word can mean several things:

    \b
      env:NAME            the manifest (-f) with the overlay of an environment
      file:PATH           another manifest, a file or a directory, with the overlay of -e if there is one
      report:FILE.json    a cluster as the run of a report left it
      cluster             the cluster that options, variables or the manifest name
      cluster:HOST:PORT   another cluster, with the same client properties
      cluster:FILE        another cluster, by a file of client properties that has bootstrap.servers
      cluster:NAME        the cluster that the manifest names in an environment

    Values are compared by their meaning. Exits with 1 when a topic cannot be read, and with 0 else.

    \b
    Examples:
      reconciler compare dev prod
      reconciler compare topics.yaml ../main/topics.yaml -e prod
      reconciler compare cluster:dev cluster:prod --only 'orders.*'
      reconciler compare last-week.json kafka-1:9092 -o markdown
      reconciler compare cluster:blue.properties cluster:green.properties --detailed-exitcode
    """
    progress = Progress(quiet=quiet)
    control = Control(tell=progress, check=signals.check, wait_for=signals.wait_for, clock=Clock(sleep=signals.sleep))
    try:
        found = _compared((a, b), manifest, cluster, only, control)
    except WrongUsage as error:
        say(str(error))
        return USAGE
    finally:
        progress.end()
    for note in (*near_misses(os.environ), *found.notes):
        if note.severity is Severity.ERROR or not quiet:
            say(str(note))
    _put(found.comparison, output, Detail.SUMMARY if quiet else Detail.ALL if verbosity else Detail.CHANGES)
    if found.comparison.unreadable:
        return ERROR
    return DIFFERENCES if detailed_exitcode and found.comparison.has_differences else OK


def _compared(
    words: tuple[str, str],
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    only: tuple[str, ...],
    control: Control,
) -> Compared:
    from reconciler.cli.sides import Sides  # noqa: PLC0415 - not needed for --help
    from reconciler.manifest.load import load  # noqa: PLC0415 - likewise
    from reconciler.session.comparing import compared  # noqa: PLC0415 - likewise

    def loaded(environment: str | None) -> DesiredState:
        return control.wait_for(lambda: load(manifest.files, environment, os.environ))

    sides = Sides(manifest=manifest, cluster=cluster, load=loaded)
    first, second = map(sides.place, words)
    return compared((first, second), only=only, environ=os.environ, control=control)


def _put(comparison: Comparison, output: str, detail: Detail) -> None:
    from reconciler.report.comparison import json, markdown, text  # noqa: PLC0415 - not needed for --help

    match output:
        case "json":
            put_json(json.render(comparison))
        case "markdown":
            put(markdown.render(comparison))
        case _:
            width = shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns
            put(text.render(comparison, TextStyle(width=width, detail=detail)))
