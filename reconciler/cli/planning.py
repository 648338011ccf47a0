"""What plan and apply both begin with: connect, read, compare."""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from reconciler.cli.connect import connect, connect_early
from reconciler.cli.options import ClusterOptions, ManifestOptions
from reconciler.cli.run import Run, load_manifest

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection


def make_plan(
    run: Run, manifest: ManifestOptions, cluster: ClusterOptions, *, only: tuple[str, ...], creating: bool
) -> Connection:
    """Read manifest and cluster, note the plan in ``run`` and return the connection it was made through.

    Without ``creating`` every missing topic is refused.
    """
    from reconciler.plan import plan, suspected_reassignments, without_creation  # noqa: PLC0415 - not needed for --help

    early = connect_early(cluster, run.progress)
    with run.phase("manifest"):
        desired = load_manifest(run, manifest, only)
    connection = early or connect(cluster, run.progress, otherwise=desired.cluster.bootstrap_servers)
    connection.expected_cluster_id = desired.cluster.id
    run.bootstrap_servers = connection.bootstrap_servers
    run.requests = lambda: connection.requests
    from reconciler.cluster.reader import Reader  # noqa: PLC0415 - as above

    # What the report needs takes 70 ms to load, in which the brokers can answer.
    Thread(target=import_module, args=("reconciler.report.text",), daemon=True).start()
    with run.phase("read"):
        run.live = Reader(connection, tell=run.progress).read(desired.topics)
    made = plan(desired, run.live)
    run.plan = made = made if creating else without_creation(made)
    run.diagnostics += suspected_reassignments(made)
    return connection


def check_with_broker(run: Run, connection: Connection) -> None:
    """Ask the broker about every change of the plan in ``run``, and note what it says there."""
    from reconciler.cluster.checker import Checker  # noqa: PLC0415 - not needed for --help
    from reconciler.plan import checked, not_checked  # noqa: PLC0415

    if run.plan is None:
        raise AssertionError("the plan comes first")
    with run.phase("check"):
        run.plan = made = checked(run.plan, Checker(connection))
    run.diagnostics += not_checked(made)
