"""What there is to know of a run: when, where, with which manifest."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.report.document import Report
from reconciler.report.layout import count
from reconciler.report.phrases import Code, Line

_SHORT = 12


def facts(report: Report) -> Iterator[tuple[str, Line]]:
    """A term and what there is to tell of it, as a line."""
    run, cluster = report.run, report.cluster
    yield "Status", [f"{run.status}, exit code {run.exit_code}"]
    yield "Environment", [report.environment or "none"]
    yield "Started", [f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC, took {run.duration_seconds:,.1f} s"]
    if cluster is not None:
        yield "Cluster", [Code(cluster.id) if cluster.id else "without an id", f", {count(cluster.brokers, 'broker')}"]
        yield "Bootstrap servers", [Code(cluster.bootstrap_servers.replace(",", ", "))]
    else:
        yield "Cluster", ["none was read"]
    if report.manifest is not None:
        names = ", ".join(each.path for each in report.manifest.files)
        yield "Manifest", [Code(names), f" {_short(report.manifest.digest)}"]
    if run.commit is not None:
        yield "Commit", [Code(run.commit[:_SHORT])]
    if report.plan is not None:
        yield "Plan", [Code(_short(report.plan.fingerprint))]
    if report.reviewed is not None:
        made = f"{report.reviewed.made_at:%Y-%m-%d %H:%M} UTC"
        yield "Reviewed plan", [Code(report.reviewed.file), f", made {made}"]
    yield "Run", [Code(report.run.id), f" of reconciler {report.tool.version}"]


def numbers(report: Report) -> Iterator[tuple[str, str]]:
    """What a run sent and how long it took, as term and number."""
    statistics = report.statistics
    for phase, seconds in statistics.durations.items():
        yield f"Time to {phase}", f"{seconds:,.2f} s"
    for kind, number in statistics.requests.items():
        yield f"Requests: {kind.replace('_', ' ')}", f"{number:,}"
    if statistics.retries:
        yield "Retries", f"{statistics.retries:,}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHORT]
