"""How log lines look, and how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.colour import Colour, colour
from reconciler.cli.defect import note_verbosity
from reconciler.cli.logs import LogFormat
from reconciler.cli.options.kinds import Command, Option, bundled

Decorator = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What standard error gets of a command that only logs."""

    log_format: LogFormat
    verbosity: int
    quiet: bool


def log_options(command: Command) -> Command:
    """``--log-format``, ``-v``, ``-q`` and ``--color``, of a command that only logs."""
    return bundled(
        "logs",
        LogOptions,
        log_format_option(),
        click.option(
            "-v",
            "--verbose",
            "verbosity",
            count=True,
            callback=note_verbosity,
            help="Also log each attempt of a write, and lines of the Kafka client.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Log errors only."),
        colour_option,
    )(command)


def log_format_option() -> Decorator:
    """``--log-format``."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        cls=Option,
        envvar="RECONCILER_LOG_FORMAT",
        show_envvar=True,
        help="Log format on standard error: text, or one JSON object per line.",
    )


def colour_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--color``."""
    option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        is_eager=True,
        expose_value=False,
        callback=_colour,
        cls=Option,
        envvar="RECONCILER_COLOR",
        show_envvar=True,
        help="Colour the text. auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR=1 means always.",
    )
    return option(command)


def _colour(ctx: click.Context, _parameter: click.Parameter, wanted: Colour) -> None:
    ctx.color = colour(wanted, os.environ)
