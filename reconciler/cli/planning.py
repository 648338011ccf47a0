"""What plan and apply both begin with: connect, read, compare, and ask the broker."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from reconciler.cli.connect import start_connecting
from reconciler.cli.options import ClusterOptions, ManifestOptions
from reconciler.cli.run import Run, load_manifest
from reconciler.errors import ManifestInvalid
from reconciler.model import Plan, TopicPlan

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection


def make_plan(
    run: Run,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    *,
    only: tuple[str, ...],
    creating: bool,
    brokers: int | None = None,
) -> Connection:
    """Read manifest and cluster, ask the broker, note the plan in ``run`` and return the connection that was used.

    Without ``creating`` every missing topic is refused. ``brokers`` is how many are worth waiting for.
    """
    from reconciler.plan import plan, without_collisions, without_creation  # noqa: PLC0415 - not needed for --help

    check = run.signals.check
    connecting = start_connecting(cluster, os.environ, run.progress, check)
    with run.phase("manifest"):
        try:
            desired = load_manifest(run, manifest, only)
        except ManifestInvalid as invalid:
            raise ManifestInvalid(*invalid.diagnostics, *connecting.problems) from None
    connection = connecting.finish(otherwise=desired.cluster.bootstrap_servers)
    connection.expected_cluster_id = desired.cluster.id
    run.bootstrap_servers = connection.bootstrap_servers
    run.requests = lambda: connection.requests
    from reconciler.cluster.reader import Reader  # noqa: PLC0415 - as above

    # What the report needs takes 70 ms to load, in which the brokers can answer.
    Thread(target=import_module, args=("reconciler.report.text",), daemon=True).start()
    with run.phase("read"):
        run.live = Reader(connection, tell=run.progress, sleep=run.clock.sleep).read(desired.topics)
    check()
    made = without_collisions(plan(desired, run.live))
    judge = _as_it_is if creating else without_creation
    made = replace(made, topics=tuple(map(judge, made.topics)))
    _check_with_broker(run, connection, made, judge, brokers)
    return connection


def _as_it_is(topic: TopicPlan) -> TopicPlan:
    return topic


def _check_with_broker(
    run: Run, connection: Connection, made: Plan, judge: Callable[[TopicPlan], TopicPlan], brokers: int | None
) -> None:
    """Ask the broker about every change of the plan, and note the plan in ``run`` with all that it says."""
    from reconciler.cluster.checker import Checker  # noqa: PLC0415 - not needed for --help
    from reconciler.cluster.reader import Reader  # noqa: PLC0415
    from reconciler.plan import BrokerCheck, notes, sealed  # noqa: PLC0415

    check = BrokerCheck(
        made,
        broker=Checker(connection, brokers=brokers),
        reader=Reader(connection, tell=run.progress, sleep=run.clock.sleep),
        limit=connection.limit,
        clock=run.clock,
        judge=judge,
        tell=run.progress,
    )
    try:
        with run.phase("check"):
            check.run()
    finally:
        run.plan = sealed(check.plan)
        run.diagnostics += notes(run.plan)
