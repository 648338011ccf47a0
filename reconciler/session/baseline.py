"""An earlier report that a session compares topic ids with."""

from __future__ import annotations

from dataclasses import replace

from reconciler.errors import Diagnostic, ReconcilerError, Severity
from reconciler.model import LiveState
from reconciler.printable import unmistakable
from reconciler.report.base import former_run
from reconciler.report.document import Report
from reconciler.report.former_ids import former_ids
from reconciler.session.session import Session


def compare_ids(session: Session, report: Report, path: str) -> None:
    """Let the record of ``session`` tell which topics were recreated since ``report``, which is the file ``path``.

    If it has a manifest as its base, ``report`` also tells what was changed on the cluster since. Call it before
    ``plan``, which then raises ReconcilerError for another cluster than that of the report.
    """
    base = session.record.base
    if base is not None and base.former is None and report.plan is not None:
        session.knows_base(replace(base, former=former_run(report, path)))
    former = former_ids(report, path)
    session.knows_ids(former)
    if not former:
        session.note(
            Diagnostic(
                severity=Severity.WARNING,
                code="baseline-without-ids",
                message=f"{unmistakable(path)} has no topic ids, so no topic can be found recreated",
                hint="reports have topic ids since format 1.1: write a new one with plan --report FILE.json",
            )
        )
    of = report.cluster.id if report.cluster is not None else None
    if of is not None:
        session.refuse_after_reading(lambda live: _refuse_other(live, of, path))


def _refuse_other(live: LiveState, of: str, path: str) -> None:
    if live.cluster_id != of:
        raise ReconcilerError.because(
            "baseline-of-another-cluster",
            f"{unmistakable(path)} is a report on the cluster {unmistakable(of)}, "
            f"but this is the cluster {live.cluster_id}",
            hint="give a report on this cluster, or check --bootstrap-server",
        )
