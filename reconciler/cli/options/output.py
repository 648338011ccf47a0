"""What is printed, in which format, and where reports are written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli.defect import note_verbosity
from reconciler.cli.logs import LogFormat
from reconciler.cli.options.kinds import Command, Option, Repeatable, bundled
from reconciler.cli.options.logs import colour_option, log_format_option
from reconciler.printable import quoted, unmistakable
from reconciler.report.formats import BY_ENDING, FORMATS

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """Where reports are written, and what standard output and standard error get."""

    output: str
    reports: tuple[Path, ...] = ()
    commit: str | None = None
    log_format: LogFormat = "text"
    verbosity: int
    quiet: bool
    compact: bool | None = None
    """Whether each topic takes one line; ``None`` where that depends on how many are new."""


def output_options(command: Command) -> Command:
    """``-o`` with every format of a report, ``--report``, logging, ``-v`` and ``-q``."""
    return bundled(
        "output",
        OutputOptions,
        format_option(*FORMATS),
        click.option(
            "--report",
            "reports",
            cls=Repeatable,
            multiple=True,
            type=click.Path(path_type=Path, readable=False),
            callback=_reports,
            envvar="RECONCILER_REPORT",
            show_envvar=True,
            help=f"Also write the report to this file, however the run ends: {_listed(BY_ENDING)}. Repeatable; one per "
            "line in the variable.",
        ),
        click.option(
            "--commit",
            metavar="SHA",
            callback=_commit,
            cls=Option,
            envvar=["RECONCILER_COMMIT", "CI_COMMIT_SHA", "GITHUB_SHA"],
            show_envvar=True,
            help="Git commit that the report names.",
        ),
        log_format_option(),
        click.option(
            "-v",
            "--verbose",
            "verbosity",
            count=True,
            callback=note_verbosity,
            help="Also show unchanged topics, and log each topic; -vv also logs each attempt.",
        ),
        _quiet,
        _compact,
        colour_option,
    )(command)


def view_options(command: Command) -> Command:
    """``-o``, ``-v`` and ``-q``, of a command that shows a report and makes none."""
    return bundled(
        "output",
        OutputOptions,
        format_option(*FORMATS),
        click.option(
            "-v",
            "--verbose",
            "verbosity",
            count=True,
            callback=note_verbosity,
            help="Also show unchanged topics; with -vv also the traceback of an internal error.",
        ),
        _quiet,
        _compact,
        colour_option,
    )(command)


_quiet = click.option("-q", "--quiet", is_flag=True, help="Print only errors and the summary.")
_compact = click.option(
    "--compact/--no-compact",
    default=None,
    cls=Option,
    envvar="RECONCILER_COMPACT",
    show_envvar=True,
    help="Show one line per topic, by default when more than 50 topics are new. --no-compact also shows each "
    "of several topics that change alike.",
)


def format_option(*forms: str) -> Callable[[Any], Any]:
    """``-o`` alone."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        cls=Option,
        envvar="RECONCILER_OUTPUT",
        show_envvar=True,
        help="Output format on standard output.",
    )


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``-v``, of commands that have nothing to log."""
    option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=note_verbosity,
        help="With -vv, show the traceback of an internal error.",
    )
    return option(command)


def _commit(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    commit = value.strip().lower()
    if not _COMMIT.fullmatch(commit):
        raise click.BadParameter(f"{quoted(value)} is not a commit; use 7 to 64 hexadecimal digits")
    return commit


def _reports(_ctx: click.Context, _parameter: click.Parameter, values: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths. Raises BadParameter, before anything is done, for one that cannot be written at the end."""
    for path in values:
        if path.suffix not in BY_ENDING:
            seen = quoted(path.suffix) if path.suffix else f"of {quoted(str(path))}"
            raise click.BadParameter(f"unsupported report format {seen}; use {_listed(BY_ENDING)}")
        if os.path.isdir(path):  # noqa: PTH112 - that of a Path raises where a directory may not be entered
            raise click.BadParameter(f"{unmistakable(str(path))} is a directory; name a file in it")
        if not _may_be_there(path.parent):
            raise click.BadParameter(f"no directory {unmistakable(str(path.parent))}; create it first")
    return values


def _may_be_there(directory: Path) -> bool:
    """Whether ``directory`` is one, or may not be looked at: writing the report then names the reason."""
    try:
        return directory.is_dir()
    except OSError:
        return True


def _listed(endings: Iterable[str]) -> str:
    """``.json, .md or .txt``."""
    *others, last = endings
    return f"{', '.join(others)} or {last}"
