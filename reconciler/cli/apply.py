"""``reconciler apply``"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

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
from reconciler.cli.planning import make_plan
from reconciler.cli.question import agreed
from reconciler.cli.run import Account, Run, carry_out, on_a_terminal, put, say_problems, text_style
from reconciler.cli.streams import say
from reconciler.errors import ReconcilerError, WrongUsage
from reconciler.model import Plan

if TYPE_CHECKING:
    from reconciler.report.document import Report
    from reconciler.report.text import TextStyle

_WORTH_WAITING_FOR = 2**15 - 1
"""Brokers: as many as a topic can have replicas. They may be starting, within the time limit of an apply."""


@click.command("apply")
@manifest_options
@cluster_options
@output_options("text", "json")
@only_option
@auto_create_option
@retry_options
@click.option(
    "--yes", is_flag=True, cls=Option, envvar="RECONCILER_YES", show_envvar=True, help="Do not ask before changing."
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

    def work(run: Run) -> None:
        from reconciler.apply import Execution, Ledger, Retries, log_outcomes  # noqa: PLC0415 - not needed for --help
        from reconciler.cluster.reader import Reader  # noqa: PLC0415
        from reconciler.cluster.writer import Writer  # noqa: PLC0415

        if not yes and not on_a_terminal():
            raise WrongUsage.because(
                "usage", "there is no terminal to ask on; give --yes to change the cluster without a question"
            )
        try:
            connection = make_plan(run, manifest, cluster, only=only, creating=auto_create, brokers=_WORTH_WAITING_FOR)
        except Exception:
            if run.plan is not None:
                run.account = Ledger(run.plan)  # as far as it was made: nothing of it is attempted any more
            raise
        plan = _plan_of(run)
        ledger = Ledger(plan)
        if plan.has_work and not yes:
            _ask(run, ledger)
        else:
            _show_plan(run)
        run.account = ledger
        if not plan.has_work:
            return
        execution = Execution(
            ledger=ledger,
            writer=Writer(connection),
            reader=Reader(connection),
            limit=connection.limit,
            retries=Retries(most=retry.retries, delay=retry.retry_delay),
            clock=run.clock,
            check=run.signals.check,
            undisturbed=run.signals.held,
            tell=run.progress,
        )
        try:
            with run.phase("write"):
                execution.write()
            with run.phase("verify"):
                execution.verify()
        finally:
            run.progress.end()
            log_outcomes(ledger.outcomes().values())

    return carry_out(Run(command="apply", output=output), work)


def _plan_of(run: Run) -> Plan:
    if run.plan is None:
        raise AssertionError("make_plan notes the plan")
    return run.plan


def _show_plan(run: Run) -> None:
    """The plan, before it is carried out; on standard error where standard output is for JSON."""
    output = run.output
    if output.output == "text" or (output.log_format == "text" and not output.quiet):
        run.progress.end()
        text = _plan_text(run.report(), text_style(output))
        if output.output == "json":
            say(text)
        else:
            put(run, f"{text}\n")  # who does not see it has agreed to it already


def _ask(run: Run, account: Account) -> None:
    """Show all that there is to agree to, whatever -q says, and ask. Raises ReconcilerError where the answer is no.

    It is shown where the question is asked: what goes into a pipe may be seen later, or never. Such a standard
    output gets the plan after the answer, so that `tee` does not write into the question.
    """
    from reconciler.report.text import Detail  # noqa: PLC0415 - not needed for --help

    look = text_style(run.output)
    is_text = run.output.output == "text"
    is_seen = is_text and sys.stdout is not None and sys.stdout.isatty()
    run.progress.end()
    say_problems(run, quiet=False)
    planned = run.report()
    text = _plan_text(planned, replace(look, detail=max(look.detail, Detail.CHANGES)))
    if not is_seen:
        say(text)
    elif not put(run, f"{text}\n"):
        raise ReconcilerError.because("declined", "the plan cannot be shown; nothing was changed")
    run.account = account
    try:
        if not agreed("Apply this plan?", run.signals):
            raise ReconcilerError.because("declined", "Apply cancelled. Nothing was changed.")
    finally:
        if is_text and not is_seen:
            put(run, f"{_plan_text(planned, look)}\n")


def _plan_text(planned: Report, look: TextStyle) -> str:
    from reconciler.report.document import printable  # noqa: PLC0415 - not needed for --help
    from reconciler.report.text import render_plan  # noqa: PLC0415 - not needed for --help

    return "".join(f"{line}\n" for line in render_plan(printable(planned), look))
