"""The health of a service's topics, asked for at any time and from any thread."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypedDict

from reconciler.clock import Clock
from reconciler.model import Command, DesiredState, Permission, Record
from reconciler.service.arguments import Arguments, Property, Topics, open_and_take
from reconciler.service.health import HealthStatus, TopicHealth, absences, errors_of, health_status, iso, topic_health
from reconciler.service.report import TopicsReport
from reconciler.session import Control, Session

if TYPE_CHECKING:
    from reconciler.cluster.connection import Client

log = logging.getLogger("reconciler.health")

_SHARE_OF_THE_CLUSTER = 0.8
"""Of the time that an answer may take, so that the reason why the cluster cannot be read comes in time."""


class ServiceHealth(TypedDict):
    """The state of a service's topics as a whole; times are in seconds."""

    status: HealthStatus
    errors: list[str]
    """What is wrong, in words: why the cluster cannot be read."""
    topics_created: int
    """By ``ensure_topics`` in this process, likewise the errors."""
    topic_creation_errors: int
    auto_create: bool
    retries: int
    timeout: float
    last_verification: str | None
    """When the topics were last compared with the cluster, in ISO 8601; ``None`` before the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The ``last`` look at the cluster, and the last one that was answered, ``good``; often they are the same."""

    last: Record | None = None
    good: Record | None = None
    at: float = 0.0
    """When ``last`` ended, by the monotonic clock."""

    def after(self, record: Record, at: float) -> _Known:
        """What is known after one more look."""
        is_good = record.plan is not None and record.ended_by is None
        return _Known(last=record, good=record if is_good else self.good, at=at)


class HealthMonitor:
    """Tells how well the topics of a service are. It reads the cluster and never writes.

    What was read is kept for ``max_age`` seconds, so that frequent probes do not burden the cluster. No answer takes
    longer than ``timeout``, or ``patience`` seconds if that is shorter. What goes wrong is told in the answers, not
    raised: a cluster that is away is the status ``error``. All methods may be called from any thread.
    """

    def __init__(
        self,
        topics: Topics | TopicsReport,
        *,
        environment: str | None = None,
        bootstrap_servers: str | None = None,
        properties: Mapping[str, Property] | None = None,
        client: Client | None = None,
        auto_create: bool | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        retry_delay: float | None = None,
        environ: Mapping[str, str] = os.environ,
        max_age: float = 10.0,
        patience: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        """Takes what ``ensure_topics`` returned, with its arguments, or else the same arguments.

        Raises WrongUsage for a variable with a wrong value, TypeError and ValueError for a wrong argument.
        """
        report = topics if isinstance(topics, TopicsReport) else None
        if isinstance(topics, TopicsReport):
            self._needs = topics.arguments
        else:
            self._needs = Arguments(
                topics=topics,
                environment=environment,
                bootstrap_servers=bootstrap_servers,
                properties=properties or {},
                client=client,
                auto_create=auto_create,
                timeout=timeout,
                retries=retries,
                retry_delay=retry_delay,
                environ=environ,
            )
        self._creation = self._needs.creation()
        self._max_age, self._patience = max_age, min(patience, self._creation.timeout)
        self._clock = clock or Clock()
        self._lock = Lock()
        self._looking: Future[None] | None = None
        self._desired: DesiredState | None = None
        self._known = _Known() if report is None else _Known().after(report.record, self._clock.monotonic())
        self._created, self._creation_errors = _created(report) if report is not None else (0, 0)

    def service_health(self) -> ServiceHealth:
        """The state as a whole. ``healthy``: all topics exist, as asked for; ``degraded``: all exist, but some differ;
        ``error``: a topic is missing, or the cluster cannot be read, and ``errors`` says why.
        """
        known, is_late = self._recent()
        errors = errors_of(known.last) or [*absences(known.good)]
        if is_late:
            errors = [f"the cluster did not answer within {self._patience:g} s"]
        return ServiceHealth(
            status=HealthStatus.ERROR if is_late else health_status(known.last, known.good),
            errors=errors,
            topics_created=self._created,
            topic_creation_errors=self._creation_errors,
            auto_create=self._creation.auto_create,
            retries=self._creation.retries,
            timeout=self._creation.timeout,
            last_verification=iso(known.good.finished_at) if known.good is not None else None,
        )

    def topic_health(self) -> TopicHealth:
        """The topics by name, as they were when the cluster last answered."""
        known, _ = self._recent()
        return topic_health(known.good or known.last)

    def _recent(self) -> tuple[_Known, bool]:
        """What is known, looked up again where it is too old, and whether the cluster has not answered yet."""
        with self._lock:
            if self._known.last is not None and self._clock.monotonic() - self._known.at < self._max_age:
                return self._known, False
            looking = self._looking
            if looking is None or looking.done():
                looking = self._looking = Future()
                # Not one of an executor: a client that hangs must not keep the process from ending.
                Thread(target=self._look, args=(looking,), name="topic health", daemon=True).start()
        wait([looking], self._patience)
        return self._known, not looking.done()

    def _look(self, looking: Future[None]) -> None:
        """Compare the topics with the cluster once."""
        try:
            record = self._compared()
            with self._lock:
                self._known = self._known.after(record, self._clock.monotonic())
        finally:
            looking.set_result(None)

    def _compared(self) -> Record:
        session = Session(Command.PLAN, control=Control(clock=self._clock, log=log))
        with session:
            try:
                open_and_take(session, self._needs, self._loaded, at_most=self._patience * _SHARE_OF_THE_CLUSTER)
                session.plan(Permission(creating=False, changing=False))
                session.find_unclear()
            except Exception as error:  # noqa: BLE001 - a bug, too, is told and not raised
                session.end(error)
        return session.record

    def _loaded(self) -> DesiredState:
        """The topics, read once: the manifest of a service does not change while it runs. Raises ManifestInvalid."""
        if self._desired is None:
            self._desired = self._needs.desired(self._clock.now().date())
        return self._desired


def _created(report: TopicsReport) -> tuple[int, int]:
    """How many topics were created, and how many could not be."""
    from reconciler.report.build import build  # noqa: PLC0415 - not needed for a monitor without a report

    statistics = build(report.record).statistics
    return statistics.topics_created, statistics.topic_creation_errors
