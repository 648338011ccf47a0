"""Metrics for Prometheus, in a registry of their own.

Labels are bounded: kinds, results and names of requests are ours, and owners beyond ``MAX_OWNERS`` count as one.
"""

from __future__ import annotations

import platform
from collections import Counter as Count
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from reconciler import __version__
from reconciler.model import RefusalKind, RunStatus
from reconciler.service.findings import Finding, FindingKind, findings
from reconciler.service.serve.audits import Audit, Board, Known

MAX_OWNERS = 50
NO_OWNER, OTHER_OWNERS = "none", "other"
RESULTS = {
    RunStatus.OK: "in_sync",
    RunStatus.CHANGES: "changes",
    RunStatus.REFUSED: "refused",
    RunStatus.FAILED: "failed",
    RunStatus.INTERRUPTED: "interrupted",
}
"""How an audit ended, and its label."""

_AUDIT_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one ``serve``."""

    def __init__(self, board: Board) -> None:
        self._registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        registry.register(_State(board))
        self._audits = Counter("reconciler_audits", "Audits that ended, by result.", ["result"], registry=registry)
        for result in RESULTS.values():
            self._audits.labels(result)
        self._plan = Histogram(
            "reconciler_plan_duration_seconds",
            "Time that a complete audit took to load the manifest, read the cluster and make the plan.",
            buckets=_AUDIT_SECONDS,
            registry=registry,
        )
        self._phases = Histogram(
            "reconciler_phase_duration_seconds",
            "Time of each phase of an audit.",
            ["phase"],
            buckets=_AUDIT_SECONDS,
            registry=registry,
        )
        self._requests = Counter(
            "reconciler_requests", "Requests sent to the cluster, by name.", ["api"], registry=registry
        )
        self._request_seconds = Histogram(
            "reconciler_request_duration_seconds",
            "Time from a request to the cluster to its last answer.",
            ["api"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._created = Counter("reconciler_topics_created", "Topics created.", registry=registry)
        self._errors = Counter("reconciler_topic_creation_errors", "Topics that were not created.", registry=registry)
        self._retries = Counter("reconciler_write_retries", "Writes that were sent again.", registry=registry)

    def take(self, audit: Audit) -> None:
        """Count an audit that ended."""
        self._audits.labels(RESULTS[audit.result]).inc()
        done = audit.report.statistics
        phases = done.durations
        if audit.is_complete:
            self._plan.observe(sum(seconds for phase, seconds in phases.items() if phase not in {"write", "verify"}))
        for phase, seconds in phases.items():
            self._phases.labels(phase).observe(seconds)
        for api, number in done.requests.items():
            self._requests.labels(api).inc(number)
        for api, took in audit.record.request_seconds.items():
            for seconds in took:
                self._request_seconds.labels(api).observe(seconds)
        self._created.inc(done.topics_created)
        self._errors.inc(done.topic_creation_errors)
        self._retries.inc(done.retries)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in the format that the header ``accept`` asks for, and its media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _State(Collector):
    """Gauges of what is known now, computed when they are asked for: no label outlives what it is about."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return self.collect()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        known = self._board.known
        yield _gauge(
            "reconciler_build_info",
            "Version of reconciler and of Python.",
            ["version", "python"],
            {(__version__, platform.python_version()): 1},
        )
        yield _gauge("reconciler_audit_interval_seconds", "Time between audits.", [], {(): known.interval})
        yield from _times(known)
        if known.complete is not None:
            yield from _topics(known.complete)


def _times(known: Known) -> Iterator[GaugeMetricFamily]:
    last, complete = known.last, known.complete
    yield _gauge(
        "reconciler_last_audit_success",
        "1 if the last audit compared the manifest with the cluster, 0 if it failed or none has ended.",
        [],
        {(): int(last is not None and last.is_complete)},
    )
    for name, words, audit in (
        ("reconciler_last_audit_timestamp_seconds", "End of the last audit; 0 before the first.", last),
        ("reconciler_last_success_timestamp_seconds", "End of the last complete audit; 0 before the first.", complete),
    ):
        yield _gauge(name, words, [], {(): audit.record.finished_at.timestamp() if audit is not None else 0})


def _topics(audit: Audit) -> Iterator[GaugeMetricFamily]:
    record, found = audit.record, findings(audit.record)
    desired = record.desired.topics if record.desired is not None else ()
    yield _gauge("reconciler_topics", "Topics in the manifest.", [], {(): len(desired)})
    missing = {each.topic for each in found if each.kind is FindingKind.MISSING}
    yield _gauge("reconciler_missing_topics", "Topics of the manifest that do not exist.", [], {(): len(missing)})
    yield _gauge(
        "reconciler_drift_topics",
        "Topics that differ from the manifest, by kind of difference and owner.",
        ["kind", "owner"],
        _by_kind_and_owner(found),
    )
    violations = record.desired.violations if record.desired is not None else {}
    yield _gauge(
        "reconciler_refused_topics",
        "Topics with a change that apply would not make, by reason.",
        ["reason"],
        {(kind.value,): _number(found, kind, violations) for kind in RefusalKind},
    )
    risky = {each.topic for each in found if each.is_risky}
    yield _gauge("reconciler_risky_topics", "Topics with a change that needs consent.", [], {(): len(risky)})


def _number(found: Sequence[Finding], kind: RefusalKind, violations: Mapping[str, object]) -> int:
    topics = {each.topic for each in found if each.refusal is not None and each.refusal.kind is kind}
    return len(topics | violations.keys() if kind is RefusalKind.POLICY else topics)


def _by_kind_and_owner(found: Sequence[Finding]) -> dict[tuple[str, ...], float]:
    """The number of topics; each kind is there for those without an owner, so that it is always there."""
    label = _labels([each.owner for each in found])
    topics = {(each.kind.value, label(each.owner), each.topic) for each in found}
    numbers: dict[tuple[str, ...], float] = {(kind.value, NO_OWNER): 0.0 for kind in FindingKind}
    return numbers | dict(sorted(Count((kind, owner) for kind, owner, _topic in topics).items()))


def _labels(owners: Sequence[str | None]) -> Callable[[str | None], str]:
    """The label of an owner: its name, unless ``MAX_OWNERS`` have more differences."""
    ranked = sorted(Count(filter(None, owners)).items(), key=lambda item: (-item[1], item[0]))
    own = {owner for owner, _number in ranked[:MAX_OWNERS]}
    return lambda owner: NO_OWNER if not owner else owner if owner in own else OTHER_OWNERS


def _gauge(name: str, words: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
