"""``reconciler apply``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.cancelling import cancel_reassignments
from reconciler.cli.confirmation import ask, check_can_ask, show_plan
from reconciler.cli.connect import load_and_connect, preload_report
from reconciler.cli.console import Console
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    Option,
    OutputOptions,
    ReassignOptions,
    RetryOptions,
    SavedPlanOptions,
    cluster_options,
    manifest_options,
    only_option,
    output_options,
    permission_options,
    reassign_options,
    retry_options,
    saved_plan_options,
    undo_option,
)
from reconciler.cli.run import carry_out
from reconciler.cli.saved_plan import check_usage, review
from reconciler.cli.undoing import PRUNE, check_undo, load_and_connect_to_undo
from reconciler.model import Command, Permission

if TYPE_CHECKING:
    from reconciler.session import Control
    from reconciler.session.reviewing import ReviewingSession


@click.command("apply")
@manifest_options
@cluster_options
@output_options
@only_option
@permission_options
@saved_plan_options
@retry_options
@reassign_options
@undo_option
@click.option(
    "-y",
    "--yes",
    is_flag=True,
    cls=Option,
    envvar="RECONCILER_YES",
    show_envvar=True,
    help="Apply without asking for confirmation.",
)
def command(
    *,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    output: OutputOptions,
    retry: RetryOptions,
    reassign: ReassignOptions,
    only: tuple[str, ...],
    permission: Permission,
    saved: SavedPlanOptions,
    undo: Path | None,
    yes: bool,
) -> int:
    """Bring the cluster in sync with the manifest.

    Shows the plan, asks for confirmation, applies it and reads every change back. Changes that Kafka cannot make
    are refused; all others are applied. Without a terminal, --yes is required.

    \b
    Examples:
      reconciler apply --bootstrap-server localhost:9092
      reconciler apply -e prod --command-config prod.properties --yes --report run.json
      reconciler apply -e prod --plan plan.json --max-age 12h --yes  what was reviewed, and nothing else
      reconciler apply -e prod --undo run.json --report undone.json  take back what that run did
      reconciler apply -e prod --cancel-reassignments --yes  stop moving replicas, keep those there were
    """
    if reassign.cancel_reassignments:
        return cancel_reassignments(manifest, cluster, output, only=only, yes=yes)

    def begin(control: Control) -> ReviewingSession:
        from reconciler.session.reviewing import ReviewingSession  # noqa: PLC0415 - not needed for --help

        return ReviewingSession(Command.APPLY, control=control)

    def work(session: ReviewingSession, console: Console) -> None:
        from reconciler.apply import Retries  # noqa: PLC0415 - not needed for --help

        check_usage(saved, manifest, permission, yes=yes)
        check_undo(undo, manifest, {"--plan": saved.plan, PRUNE: permission.pruning}, is_asking=not yes)
        if not yes:
            check_can_ask()
        if saved.plan is not None:
            review(session, saved.plan, saved.max_age)
        if undo is not None:
            load_and_connect_to_undo(undo, session, manifest, cluster, only)
        else:
            load_and_connect(session, manifest, cluster, only)
        preload_report()
        if session.plan(permission).has_work and not yes:
            ask(session, console, "Apply this plan?")
        else:
            show_plan(session, console)
            session.begin()
        try:
            session.apply(
                Retries(most=retry.retries, delay=retry.retry_delay), reassign_throttle=reassign.reassign_throttle
            )
        finally:
            console.progress.end()

    return carry_out(begin, output, work)
