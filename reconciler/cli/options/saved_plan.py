"""A reviewed plan to apply: ``--plan`` and ``--max-age``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.duration import Duration
from reconciler.cli.options.kinds import Command, Option, bundled

STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlanOptions:
    """The file of a reviewed plan, and the most seconds that it may be old."""

    plan: Path | None
    max_age: float | None

    @property
    def is_standard_input(self) -> bool:
        """Whether the plan is read from standard input."""
        return self.plan == STANDARD_INPUT


def saved_plan_options(command: Command) -> Command:
    """``--plan`` and ``--max-age``, as one ``saved``."""
    return bundled(
        "saved",
        SavedPlanOptions,
        click.option(
            "--plan",
            metavar="PLAN.json",
            cls=Option,
            type=click.Path(path_type=Path, readable=False, allow_dash=True),
            help="Do only what this plan shows, which 'reconciler plan --report PLAN.json' wrote; - is standard input. "
            "Topics that have changed since are refused. Options that permit more are not accepted.",
        ),
        click.option(
            "--max-age",
            type=Duration(min=0, min_open=True),
            metavar="DURATION",
            cls=Option,
            envvar="RECONCILER_MAX_AGE",
            show_envvar=True,
            help="Refuse a plan of --plan that is older: 30m, 12h, 2d.",
        ),
    )(command)
