"""``reconciler apply``"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from reconciler.cli.connect import load_and_connect, preload_report
from reconciler.cli.console import Console
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    Option,
    OutputOptions,
    RetryOptions,
    auto_create_option,
    cluster_options,
    manifest_options,
    only_option,
    output_options,
    retry_options,
)
from reconciler.cli.question import agreed
from reconciler.cli.run import carry_out, on_a_terminal
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.errors import OutputNotWritten, ReconcilerError, WrongUsage
from reconciler.model import Command, Record

if TYPE_CHECKING:
    from reconciler.report.text import TextStyle
    from reconciler.session import Control
    from reconciler.session.writing import WritingSession


@click.command("apply")
@manifest_options
@cluster_options
@output_options("text", "json")
@only_option
@auto_create_option
@retry_options
@click.option(
    "-y",
    "--yes",
    is_flag=True,
    cls=Option,
    envvar="RECONCILER_YES",
    show_envvar=True,
    help="Do not ask before changing.",
)
def command(
    *,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    output: OutputOptions,
    retry: RetryOptions,
    only: tuple[str, ...],
    auto_create: bool,
    yes: bool,
) -> int:
    """Make the cluster's topics equal to the manifest.

    Shows the plan, asks, carries it out and reads every change back. What is impossible is refused and
    everything else is done. Without a terminal to ask on, --yes is needed.

    \b
    Examples:
      reconciler apply --bootstrap-server localhost:9092
      reconciler apply -e prod --command-config prod.properties --yes --report run.json
    """

    def begin(control: Control) -> WritingSession:
        from reconciler.session.writing import WritingSession  # noqa: PLC0415 - not needed for --help

        return WritingSession(Command.APPLY, control=control)

    def work(session: WritingSession, console: Console) -> None:
        from reconciler.apply import Retries  # noqa: PLC0415 - not needed for --help

        if not yes and not on_a_terminal():
            raise WrongUsage.because(
                "usage", "there is no terminal to ask on; give --yes to change the cluster without a question"
            )
        load_and_connect(session, manifest, cluster, only)
        preload_report()
        if session.plan(creating=auto_create).has_work and not yes:
            _ask(session, console)
        else:
            _show_plan(session, console)
            session.begin()
        try:
            session.apply(Retries(most=retry.retries, delay=retry.retry_delay))
        finally:
            console.progress.end()

    return carry_out(begin, output, work)


def _show_plan(session: WritingSession, console: Console) -> None:
    """The plan, before it is carried out; on standard error where standard output is for JSON."""
    output = console.output
    if output.output == "text" or (output.log_format == "text" and not output.quiet):
        console.progress.end()
        text = _plan_text(session.record, console.style)
        if output.output == "json":
            say(text)
        else:
            _put(session, console, text)  # who does not see it has agreed to it already


def _ask(session: WritingSession, console: Console) -> None:
    """Show all that there is to agree to, whatever -q says, and ask. Raises ReconcilerError where the answer is no.

    It is shown where the question is asked: what goes into a pipe may be seen later, or never. Such a standard
    output gets the plan after the answer, so that `tee` does not write into the question.
    """
    from reconciler.report.text import Detail  # noqa: PLC0415 - not needed for --help

    look = console.style
    is_text = console.output.output == "text"
    is_seen = is_text and sys.stdout is not None and sys.stdout.isatty()
    console.progress.end()
    planned = session.record
    console.say_problems(planned.diagnostics, quiet=False)
    text = _plan_text(planned, replace(look, detail=max(look.detail, Detail.CHANGES)))
    if not is_seen:
        say(text)
    elif not _put(session, console, text):
        raise ReconcilerError.because("declined", "the plan cannot be shown; nothing was changed")
    session.begin()
    try:
        if not agreed("Apply this plan?", click.get_current_context().ensure_object(Signals)):
            raise ReconcilerError.because("declined", "Apply cancelled. Nothing was changed.")
    finally:
        if is_text and not is_seen:
            _put(session, console, _plan_text(planned, look))


def _put(session: WritingSession, console: Console, text: str) -> bool:
    """Put ``text`` on standard output; where that does not take it the run goes on, and its record has it."""
    try:
        console.put(f"{text}\n")
    except OutputNotWritten as failure:
        session.note(*failure.diagnostics)
        return False
    return True


def _plan_text(planned: Record, look: TextStyle) -> str:
    from reconciler.report.build import build  # noqa: PLC0415 - not needed for --help
    from reconciler.report.document import printable  # noqa: PLC0415 - not needed for --help
    from reconciler.report.text import render_plan  # noqa: PLC0415 - not needed for --help

    return "".join(f"{line}\n" for line in render_plan(printable(build(planned)), look))
