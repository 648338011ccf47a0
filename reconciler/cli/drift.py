"""``reconciler drift``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.base import base_option, load_with_base
from reconciler.cli.connect import preload_report
from reconciler.cli.console import Console
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    Option,
    OutputOptions,
    cluster_options,
    manifest_options,
    only_option,
    output_options,
)
from reconciler.cli.run import carry_out
from reconciler.session import Control

if TYPE_CHECKING:
    from reconciler.session.auditing import AuditingSession


@click.command("drift")
@manifest_options
@cluster_options
@output_options
@only_option
@base_option
@click.option(
    "--baseline",
    metavar="REPORT.json",
    cls=Option,
    type=click.Path(path_type=Path, readable=False),
    envvar="RECONCILER_BASELINE",
    show_envvar=True,
    help="The report of an earlier audit, plan or apply. Tells since when drift has been there, what has healed, and "
    "which topics were deleted and created again.",
)
def command(
    *,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    output: OutputOptions,
    only: tuple[str, ...],
    base: Path | None,
    baseline: Path | None,
) -> int:
    """Show what has drifted on the cluster, why, and since when. Changes nothing (read-only).

    Needs only the permissions DESCRIBE and DESCRIBE_CONFIGS. Exits with 2 when there is drift that no waiver of the
    manifest accepts, with 1 when a topic cannot be read, and with 0 else.

    \b
    Examples:
      reconciler drift -e prod
      reconciler drift -e prod -v                              every topic, not only the causes
      reconciler drift -e prod --report tonight.json --baseline last-night.json
      reconciler drift -e prod --base applied.json             what was merged and not applied
    """

    def work(session: AuditingSession, _console: Console) -> None:
        load_with_base(session, manifest, cluster, only, base)
        preload_report()
        if baseline is not None:
            from reconciler.report.read import read_report  # noqa: PLC0415 - not needed for --help

            session.compare_with(session.control.wait_for(lambda: read_report(baseline)), str(baseline))
        session.audit()

    return carry_out(_session, output, work)


def _session(control: Control) -> AuditingSession:
    from reconciler.session.auditing import AuditingSession  # noqa: PLC0415 - not needed for --help

    return AuditingSession(control=control)
