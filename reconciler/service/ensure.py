"""What a service calls when it starts: its topics exist afterwards, or it knows why not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.apply import Retries
from reconciler.errors import ReconcilerError
from reconciler.model import Command
from reconciler.service.arguments import Arguments, Property, Topics, open_and_take
from reconciler.service.readiness import readiness
from reconciler.service.report import TopicsNotReady, TopicsReport
from reconciler.session import Control
from reconciler.session.ensuring import EnsuringSession

if TYPE_CHECKING:
    from reconciler.cluster.connection import Client


def ensure_topics(
    topics: Topics,
    *,
    environment: str | None = None,
    bootstrap_servers: str | None = None,
    properties: Mapping[str, Property] | None = None,
    client: Client | None = None,
    auto_create: bool | None = None,
    timeout: float | None = None,
    retries: int | None = None,
    retry_delay: float | None = None,
    deadline: float | None = None,
    group: str | None = None,
    require_partitions: bool = False,
    environ: Mapping[str, str] = os.environ,
    control: Control | None = None,
) -> TopicsReport:
    """Create those of ``topics`` that are missing, change nothing that exists, and make sure that all are there.

    Many replicas of a service may call it at once. ``topics`` is the path of a manifest, a manifest that is loaded, or
    ``TopicSpec`` objects. What is not an argument comes from the ``KAFKA_*`` variables in ``environ``, as in the
    command, then from the manifest, then from a default.

    Args:
        topics: a file or directory with a manifest, a ``DesiredState``, or ``TopicSpec`` objects.
        environment: the overlay of the manifest: ``"prod"`` is ``topics.prod.yaml`` beside ``topics.yaml``.
        bootstrap_servers: ``HOST:PORT``, several separated by commas (``KAFKA_BOOTSTRAP_SERVERS``).
        properties: properties of librdkafka, such as ``{"security.protocol": "SSL"}`` (``KAFKA_SECURITY_PROTOCOL``, …).
        client: a confluent-kafka ``AdminClient`` to use instead; it stays open.
        auto_create: create missing topics, by default true (``KAFKA_TOPIC_AUTO_CREATE``).
        timeout: the longest time in seconds that a step may go without progress, by default 30
            (``KAFKA_TOPIC_CREATION_TIMEOUT``).
        retries: how often a request that failed with a transient error is sent again, by default 3
            (``KAFKA_TOPIC_CREATION_RETRIES``).
        retry_delay: the longest pause in seconds before the first retry, by default 1; it doubles with each further one
            (``KAFKA_TOPIC_CREATION_RETRY_DELAY``).
        deadline: the longest time in seconds for all of it, by default none.
        group: the consumer group of the service; topics that only the group still reads are warnings.
        require_partitions: fail if a topic has fewer partitions than asked for, which is a warning otherwise.
        environ: the environment variables.
        control: follows the progress, gets the log lines, and can end the call early.

    Returns:
        What was found and done. Differences of existing topics are in its ``warnings``, and are logged.

    Raises:
        TopicsNotReady: a topic is missing and cannot be created, the cluster cannot be reached, or the manifest or a
            variable is wrong. The message says which topics, why, and what to do; ``report`` has the rest.
        ValueError: arguments that make no sense.
        TypeError: likewise.
    """
    needs = Arguments(
        topics=topics,
        environment=environment,
        bootstrap_servers=bootstrap_servers,
        properties=properties or {},
        client=client,
        auto_create=auto_create,
        timeout=timeout,
        retries=retries,
        retry_delay=retry_delay,
        deadline=deadline,
        group=group,
        require_partitions=require_partitions,
        environ=environ,
    )
    session = EnsuringSession(Command.ENSURE, control=control)
    with session:
        try:
            _ensure(session, needs)
        except ReconcilerError as error:
            session.end(error)
            raise TopicsNotReady(_report(session, needs, is_ready=False)) from error
    found = readiness(session.record, require_partitions=require_partitions)
    session.note(*found.problems, *found.warnings)
    report = _report(session, needs, is_ready=not found.problems)
    for warning in report.warnings:
        session.control.log.warning("%s", warning.message)
    if found.problems:
        raise TopicsNotReady(report)
    return report


def _ensure(session: EnsuringSession, needs: Arguments) -> None:
    session.note(*needs.near_misses())
    creation = open_and_take(session, needs, lambda: needs.desired(session.control.clock.now().date()))
    session.ensure(Retries(most=creation.retries, delay=creation.retry_delay), creating=creation.auto_create)
    if needs.group is not None:
        session.note_other_topics(needs.group)


def _report(session: EnsuringSession, needs: Arguments, *, is_ready: bool) -> TopicsReport:
    return TopicsReport(record=session.record, arguments=needs, is_ready=is_ready)
