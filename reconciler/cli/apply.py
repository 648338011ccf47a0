"""``reconciler apply``"""

from __future__ import annotations

import sys

import click

from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
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
from reconciler.cli.run import Run, carry_out, on_a_terminal, text_style
from reconciler.errors import ReconcilerError, WrongUsage
from reconciler.model import Plan


@click.command("apply")
@manifest_options
@cluster_options
@output_options("text", "json")
@only_option
@auto_create_option
@retry_options
@click.option("--yes", is_flag=True, envvar="RECONCILER_YES", show_envvar=True, help="Do not ask before changing.")
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
        connection = make_plan(run, manifest, cluster, only=only, creating=auto_create)
        plan = _plan_of(run)
        if not yes or output.output == "text" or (output.log_format == "text" and not output.quiet):
            show_plan(run, to_stderr=output.output == "json")
        run.account = ledger = Ledger(plan)
        if not plan.has_work:
            return
        if not yes and not _agreed(run):
            raise ReconcilerError.because("declined", "not applied: you did not agree")
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


def _agreed(run: Run) -> bool:
    click.echo("Apply this plan? [y/N]: ", err=True, nl=False)
    run.signals.wait_for_input(sys.stdin)
    return click.confirm("", prompt_suffix="", show_default=False, err=True)


def _plan_of(run: Run) -> Plan:
    if run.plan is None:
        raise AssertionError("make_plan notes the plan")
    return run.plan


def show_plan(run: Run, *, to_stderr: bool) -> None:
    """The plan, before anybody is asked; on standard error where standard output is for JSON."""
    from reconciler.report.text import render_plan  # noqa: PLC0415 - not needed for --help

    run.progress.end()
    lines = render_plan(run.report(), text_style(run.output))
    click.echo("".join(f"{line}\n" for line in lines), err=to_stderr)
