"""``reconciler plan``"""

from __future__ import annotations

import click

from reconciler.cli.connect import load_and_connect, preload_report
from reconciler.cli.console import Console
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    OutputOptions,
    cluster_options,
    manifest_options,
    only_option,
    output_options,
    permission_options,
)
from reconciler.cli.run import carry_out
from reconciler.model import Command, Permission
from reconciler.session import Session


@click.command("plan")
@manifest_options
@cluster_options
@output_options("text", "json")
@only_option
@permission_options
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 when apply would change something (0 when in sync)."
)
def command(
    *,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    output: OutputOptions,
    only: tuple[str, ...],
    permission: Permission,
    detailed_exitcode: bool,
) -> int:
    """Show what apply would change on the cluster. Changes nothing (dry run).

    The broker validates every change without applying it. Exits with 3 when part of the manifest cannot be
    applied, so that a pull request fails.

    \b
    Examples:
      reconciler plan --bootstrap-server localhost:9092
      reconciler plan -e prod --command-config prod.properties --report plan.json
      reconciler plan --only 'orders.*' --detailed-exitcode
    """

    def work(session: Session, _console: Console) -> None:
        load_and_connect(session, manifest, cluster, only)
        preload_report()
        session.plan(permission)

    return carry_out(
        lambda control: Session(Command.PLAN, control=control, tells_changes=detailed_exitcode), output, work
    )
