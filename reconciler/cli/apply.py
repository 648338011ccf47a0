"""``reconciler apply``"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
from reconciler.cli.question import agreed
from reconciler.cli.run import carry_out, on_a_terminal
from reconciler.cli.saved_plan import check_usage, review
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.cli.undoing import PRUNE, check_undo, load_and_connect_to_undo
from reconciler.errors import OutputNotWritten, ReconcilerError, WrongUsage
from reconciler.model import Command, Permission, Record

if TYPE_CHECKING:
    from reconciler.report.text import TextStyle
    from reconciler.session import Control
    from reconciler.session.reviewing import ReviewingSession
    from reconciler.session.writing import WritingSession


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
    """

    def begin(control: Control) -> ReviewingSession:
        from reconciler.session.reviewing import ReviewingSession  # noqa: PLC0415 - not needed for --help

        return ReviewingSession(Command.APPLY, control=control)

    def work(session: ReviewingSession, console: Console) -> None:
        from reconciler.apply import Retries  # noqa: PLC0415 - not needed for --help

        check_usage(saved, manifest, permission, yes=yes)
        check_undo(undo, manifest, {"--plan": saved.plan, PRUNE: permission.pruning}, is_asking=not yes)
        if not yes and not on_a_terminal():
            which = "input" if sys.stdin is None or not sys.stdin.isatty() else "error"
            words = f"cannot ask for confirmation: standard {which} is not a terminal"
            raise WrongUsage.because("usage", f"{words}; pass --yes to apply without asking")
        if saved.plan is not None:
            review(session, saved.plan, saved.max_age)
        if undo is not None:
            load_and_connect_to_undo(undo, session, manifest, cluster, only)
        else:
            load_and_connect(session, manifest, cluster, only)
        preload_report()
        if session.plan(permission).has_work and not yes:
            _ask(session, console)
        else:
            _show_plan(session, console)
            session.begin()
        try:
            session.apply(
                Retries(most=retry.retries, delay=retry.retry_delay), reassign_throttle=reassign.reassign_throttle
            )
        finally:
            console.progress.end()

    return carry_out(begin, output, work)


def _show_plan(session: WritingSession, console: Console) -> None:
    """Show the plan before it is applied; on standard error where standard output is for another format."""
    output = console.output
    if output.output == "text" or (output.log_format == "text" and not output.quiet):
        console.progress.end()
        text = _plan_text(session.record, console.style)
        if output.output == "text":
            _put(session, console, text)  # --yes agreed to the plan already, seen or not
        else:
            say(text)


def _ask(session: WritingSession, console: Console) -> None:
    """Show the whole plan, also with -q, and ask for confirmation. Raises ReconcilerError where the answer is no.

    The plan is shown where the question is asked: a reader may see the output of a pipe later, or never. A standard
    output that is not a terminal gets the plan after the answer, so that `tee` does not write into the question.
    """
    from reconciler.report.text import Detail  # noqa: PLC0415 - not needed for --help

    layout = console.style
    is_text = console.output.output == "text"
    is_seen = is_text and sys.stdout is not None and sys.stdout.isatty()
    console.progress.end()
    planned = session.record
    console.say_problems(planned.diagnostics, quiet=False)
    detail = Detail.FITTING if layout.detail is Detail.SUMMARY else layout.detail
    text = _plan_text(planned, replace(layout, detail=detail))
    if not is_seen:
        say(text)
    elif not _put(session, console, text):
        raise ReconcilerError.because("declined", "cannot show the plan, so nothing was changed")
    session.begin()
    try:
        if not agreed("Apply this plan?", click.get_current_context().ensure_object(Signals)):
            raise ReconcilerError.because("declined", "Apply cancelled. Nothing was changed.")
    finally:
        if is_text and not is_seen:
            _put(session, console, _plan_text(planned, layout))


def _put(session: WritingSession, console: Console, text: str) -> bool:
    """Write ``text`` to standard output; whether that worked. A failure is noted in the record, and the run goes on."""
    try:
        console.put(f"{text}\n")
    except OutputNotWritten as failure:
        session.note(*failure.diagnostics)
        return False
    return True


def _plan_text(planned: Record, layout: TextStyle) -> str:
    from reconciler.report.build import build  # noqa: PLC0415 - not needed for --help
    from reconciler.report.escaping import printable  # noqa: PLC0415 - not needed for --help
    from reconciler.report.text import render_plan  # noqa: PLC0415 - not needed for --help

    return "".join(f"{line}\n" for line in render_plan(printable(build(planned)), layout))
