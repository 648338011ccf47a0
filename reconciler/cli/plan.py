"""``reconciler plan``"""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.base import base_option, load_with_base
from reconciler.cli.baseline import compare_with
from reconciler.cli.connect import preload_report
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
    undo_option,
)
from reconciler.cli.run import carry_out
from reconciler.cli.undoing import PRUNE, check_undo, load_and_connect_to_undo
from reconciler.model import Command, Permission
from reconciler.session import Session


@click.command("plan")
@manifest_options
@cluster_options
@output_options
@only_option
@permission_options
@base_option
@click.option(
    "--baseline",
    metavar="REPORT.json",
    type=click.Path(path_type=Path, readable=False),
    help="Tell which topics were deleted and created again since this report, by their topic ids.",
)
@undo_option
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
    base: Path | None,
    baseline: Path | None,
    undo: Path | None,
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
      reconciler plan -e prod --base ../base     which changes are this branch's
      reconciler plan --baseline last-week.json  which topics were recreated
      reconciler plan --undo run.json            how to take back what that apply did
    """

    def work(session: Session, _console: Console) -> None:
        check_undo(undo, manifest, {"--base": base, "--baseline": baseline, PRUNE: permission.pruning})
        if undo is not None:
            load_and_connect_to_undo(undo, session, manifest, cluster, only)
        else:
            load_with_base(session, manifest, cluster, only, base)
        preload_report()
        if baseline is not None:
            compare_with(session, baseline)
        session.plan(permission)

    return carry_out(
        lambda control: Session(Command.PLAN, control=control, tells_changes=detailed_exitcode), output, work
    )
