"""The topics of a manifest in a sandbox, for the tests of a service."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from reconciler.clock import TimeLimit
from reconciler.cluster.each_broker import EachBroker
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.errors import SandboxError
from reconciler.manifest.load import load
from reconciler.model import EXPECTED, DesiredState, Operation, Query, TopicSpec
from reconciler.sandbox import Sandbox
from reconciler.service.ensure import ensure_topics

_SECONDS = 60.0
"""Time limit of a step, for a machine that runs other tests too."""
_PAUSE = 0.005
_IN_SYNC = "min.insync.replicas"


def topics_for(
    sandbox: Sandbox, paths: Sequence[Path], environment: str | None, environ: Mapping[str, str]
) -> list[TopicSpec]:
    """The topics of a manifest, without more replicas than the sandbox has brokers. Raises ManifestInvalid.

    What the manifest requires of other clusters is left out: their id, limits, policy.
    """
    desired = load(paths, environment, environ)
    return [fitted(topic, brokers=len(sandbox.brokers)) for topic in desired.topics if not topic.is_absent]


def fitted(topic: TopicSpec, *, brokers: int) -> TopicSpec:
    """``topic`` with ``brokers`` replicas at most."""
    factor = topic.replication_factor
    config = dict(topic.config)
    if _IN_SYNC in config:
        config[_IN_SYNC] = str(min(int(config[_IN_SYNC]), brokers))
    return replace(topic, config=config, replication_factor=None if factor is None else min(factor, brokers))


def create(topics: Collection[TopicSpec], sandbox: Sandbox) -> None:
    """Create those that do not exist, and return when every broker shows all. Raises TopicsNotReady."""
    desired = DesiredState(topics=sorted(topics, key=lambda topic: topic.name))
    ensure_topics(desired, bootstrap_servers=sandbox.bootstrap_servers, timeout=_SECONDS, environ={})


def create_again(topics: Collection[TopicSpec], sandbox: Sandbox) -> None:
    """Delete and create ``topics``. With a topic, brokers delete its records and the offsets that groups committed.

    Raises TopicsNotReady, ClusterUnavailable and SandboxError.
    """
    names = {topic.name for topic in topics}
    settings = {"bootstrap.servers": sandbox.bootstrap_servers}
    with closing(WritingConnection(settings, limit=TimeLimit(_SECONDS))) as connection:
        failures = Writer(connection).delete(dict.fromkeys(names)).items()
        failed = {name: it for name, it in failures if it is not None and it.error_class is not EXPECTED}
        for name, failure in failed.items():
            raise SandboxError.because("topic", f"{name} cannot be deleted: {failure.message}", hint=failure.remedy)
        _await_gone(names, connection)
    create(topics, sandbox)


def _await_gone(names: Collection[str], connection: WritingConnection) -> None:
    """Wait until no broker shows a topic of ``names``."""
    every = EachBroker(connection)
    while (left := names & connection.metadata().topics.keys()) or any(
        every.look(Query(names=sorted(names)), Operation.DELETE_TOPICS).values()
    ):
        if connection.limit.remaining() == 0:
            raise SandboxError.because("topic", f"{len(left)} deleted topics are still there after {_SECONDS:g} s")
        time.sleep(_PAUSE)
