"""``apply --cancel-reassignments``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reconciler.cli.confirmation import ask, check_can_ask, show_plan
from reconciler.cli.connect import load_and_connect, preload_report
from reconciler.cli.console import Console
from reconciler.cli.options import ClusterOptions, ManifestOptions, OutputOptions
from reconciler.cli.run import carry_out
from reconciler.errors import Diagnostic, Severity, WrongUsage
from reconciler.model import Command

if TYPE_CHECKING:
    from reconciler.session import Control
    from reconciler.session.cancelling import CancellingSession

_OTHERS = {
    "plan": "--plan",
    "max_age": "--max-age",
    "undo": "--undo",
    "consents": "--allow",
    "pruning": "--prune",
    "exceeding_limits": "--exceed-limits",
    "creating": "--auto-create",
    "reassign_throttle": "--reassign-throttle",
}
"""Options of apply that are about what it would apply, by parameter."""


def cancel_reassignments(
    manifest: ManifestOptions, cluster: ClusterOptions, output: OutputOptions, *, only: tuple[str, ...], yes: bool
) -> int:
    """Take back moves of replicas that are under way; returns the exit code."""

    def begin(control: Control) -> CancellingSession:
        from reconciler.session.cancelling import CancellingSession  # noqa: PLC0415 - not needed for --help

        return CancellingSession(Command.APPLY, control=control)

    def work(session: CancellingSession, console: Console) -> None:
        _check_usage()
        if not yes:
            check_can_ask()
        load_and_connect(session, manifest, cluster, only)
        preload_report()
        has_work = session.plan().has_work
        if has_work and not yes:
            ask(session, console, "Cancel these reassignments?")
        else:
            if has_work:  # else the text of a plan would tell that the topics are in sync
                show_plan(session, console)
            session.begin()
        try:
            session.cancel()
        finally:
            console.progress.end()

    return carry_out(begin, output, work)


def _check_usage() -> None:
    """Refuse options that have no effect. Raises WrongUsage, with every one; a variable may be set for all runs."""
    source = click.get_current_context().get_parameter_source
    given = [option for name, option in _OTHERS.items() if source(name) is ParameterSource.COMMANDLINE]
    if given:
        raise WrongUsage(
            *(
                Diagnostic(
                    severity=Severity.ERROR,
                    code="usage",
                    message=f"{option} cannot be used with --cancel-reassignments, which applies nothing else",
                    hint="leave one of the two out",
                )
                for option in given
            )
        )
