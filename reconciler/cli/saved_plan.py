"""``apply --plan``"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reconciler.cli.options import ManifestOptions
from reconciler.cli.options.saved_plan import STANDARD_INPUT, SavedPlanOptions
from reconciler.errors import Diagnostic, Severity, WrongUsage
from reconciler.model import Permission

if TYPE_CHECKING:
    from reconciler.session.reviewing import ReviewingSession


def check_usage(saved: SavedPlanOptions, manifest: ManifestOptions, permission: Permission, *, yes: bool) -> None:
    """Refuse options that make no sense together. Raises WrongUsage, with every such option."""
    problems = list(_with_plan(saved, manifest, permission, yes=yes) if saved.plan else _without_plan())
    if problems:
        raise WrongUsage(
            *(Diagnostic(severity=Severity.ERROR, code="usage", message=words, hint=hint) for words, hint in problems)
        )


def _with_plan(
    saved: SavedPlanOptions, manifest: ManifestOptions, permission: Permission, *, yes: bool
) -> Iterator[tuple[str, str]]:
    given = {
        "--allow (RECONCILER_ALLOW)": bool(permission.consents),
        "--prune (RECONCILER_PRUNE)": permission.pruning,
        "--exceed-limits (RECONCILER_EXCEED_LIMITS)": permission.exceeding_limits,
    }
    for option in (option for option, is_given in given.items() if is_given):
        yield f"{option} cannot be used with --plan: the reviewed plan decides", "pass the option to plan instead"
    if saved.is_standard_input and STANDARD_INPUT in manifest.files:
        yield "both the manifest and the plan are to be read from standard input", "give a file for one of them"
    if saved.is_standard_input and not yes:
        yield "cannot ask for confirmation: standard input is the plan", "pass --yes to apply without asking"


def _without_plan() -> Iterator[tuple[str, str]]:
    """A variable may be set for all runs; an option that does nothing is a mistake."""
    if click.get_current_context().get_parameter_source("max_age") is ParameterSource.COMMANDLINE:
        yield "--max-age needs --plan", "give the plan whose age is limited: --plan PLAN.json"


def review(session: ReviewingSession, plan: Path, max_age: float | None) -> None:
    """Let ``session`` do only what the file ``plan`` shows. Raises ReportNotRead."""
    from reconciler.report.reviewed import read_reviewed_plan  # noqa: PLC0415 - not needed for --help

    session.review(session.control.wait_for(lambda: read_reviewed_plan(plan)), max_age=max_age)
