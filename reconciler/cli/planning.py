"""What plan and apply both begin with: connect, read, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.connect import connect
from reconciler.cli.options import ClusterOptions
from reconciler.cli.run import Run

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection


def make_plan(run: Run, options: ClusterOptions) -> Connection:
    """Read the cluster, note the plan in ``run`` and return the connection it was made through."""
    from reconciler.plan import outlook, plan  # noqa: PLC0415 - not needed for --help

    if run.desired is None:
        raise AssertionError("the manifest comes first")
    connection = connect(options, run.desired.cluster)
    run.bootstrap_servers = connection.bootstrap_servers
    run.requests = lambda: connection.requests
    from reconciler.cluster.reader import Reader  # noqa: PLC0415 - as above

    run.live = Reader(connection).read(run.desired.topics)
    run.plan = made = plan(run.desired, run.live)
    run.outcomes = lambda: outlook(made)
    return connection
