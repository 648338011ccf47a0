"""What of a plan is carried out, and how often: ``--only``, ``--retries`` and ``--retry-delay``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

from reconciler.cli import suggest
from reconciler.cli.duration import Duration
from reconciler.cli.options.kinds import Command, Option, Repeatable, bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOptions:
    """How often a failed write is retried, and the longest pause before the first retry, in seconds."""

    retries: int
    retry_delay: float


def retry_options(command: Command) -> Command:
    """``--retries`` and ``--retry-delay``."""
    return bundled(
        "retry",
        RetryOptions,
        click.option(
            "--retries",
            type=click.IntRange(min=0, max=100),
            default=3,
            show_default=True,
            metavar="NUMBER",
            cls=Option,
            envvar=["RECONCILER_RETRIES", "KAFKA_TOPIC_CREATION_RETRIES"],
            show_envvar=True,
            help="Retries of a write that failed with a transient error.",
        ),
        click.option(
            "--retry-delay",
            type=Duration(min=0, max=3600),
            default=1,
            show_default=True,
            metavar="DURATION",
            cls=Option,
            envvar=["RECONCILER_RETRY_DELAY", "KAFKA_TOPIC_CREATION_RETRY_DELAY"],
            show_envvar=True,
            help="Longest pause before the first retry; it doubles with each further retry.",
        ),
    )(command)


def only_option(command: Command) -> Command:
    """``--only``."""
    option: Callable[[Command], Command] = click.option(
        "--only",
        metavar="GLOB",
        cls=Repeatable,
        multiple=True,
        shell_complete=suggest.topics,
        envvar="RECONCILER_ONLY",
        show_envvar=True,
        help="Only topics whose names match, such as 'orders.*'. All other topics are ignored. Repeatable; one per "
        "line in the variable.",
    )
    return option(command)
