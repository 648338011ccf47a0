"""A small plan, and a cluster that remembers, answers as told and takes its time to show things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reconciler.apply import Ledger
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import Location
from reconciler.model import (
    EXPECTED,
    FATAL,
    RETRIABLE,
    Consent,
    ConsentForTopics,
    Create,
    KafkaFailure,
    LiveTopic,
    Operation,
    Permission,
    Plan,
    Query,
    RiskKind,
    TopicPlan,
    TopicSpec,
)
from reconciler.plan.consent import with_consent
from reconciler.plan.steps import request_step_of, step_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFUSED = KafkaFailure(code=44, name="POLICY_VIOLATION", error_class=FATAL, message="no", remedy="ask")
NO_ANSWER = KafkaFailure(
    code=-185, name="_TIMED_OUT", error_class=RETRIABLE, message="late", remedy="wait", outcome_known=False
)
EXISTS = KafkaFailure(code=36, name="TOPIC_ALREADY_EXISTS", error_class=EXPECTED, message="there", remedy="plan")
MOVED = KafkaFailure(code=41, name="NOT_CONTROLLER", error_class=RETRIABLE, message="moved", remedy="wait")


@dataclass
class Time:
    """A clock on which time passes only by sleeping."""

    seconds: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(
            now=lambda: NOON + timedelta(seconds=self.seconds), monotonic=lambda: self.seconds, sleep=self.sleep
        )

    def limit(self, seconds: float) -> TimeLimit:
        return TimeLimit(seconds, clock=self.clock)


class OnlyBroker:
    """What a cluster of one broker answers where each is asked."""

    brokers = 1

    def look_at_each(self, _query: Query, _operation: Operation) -> Mapping[int, Mapping[str, LiveTopic]]:
        return {}


def spec(name: str, partitions: int | None = None, **config: str) -> TopicSpec:
    keys = {key.replace("_", "."): value for key, value in config.items()}
    return TopicSpec(name=name, origin=Location("topics.yaml", 1, 1), partitions=partitions, config=keys)


def created(name: str, partitions: int | None = None, **config: str) -> TopicPlan:
    return Create(desired=spec(name, partitions, **config))


def ledger_of(*topics: TopicPlan) -> Ledger:
    return Ledger(Plan(topics=topics, fingerprint=""))


def consented(made: Plan) -> Plan:
    """``made`` with consent to all of its risks."""
    consents = [ConsentForTopics(glob="*", consent=Consent(kind=kind, given_by=f"--allow {kind}")) for kind in RiskKind]
    return with_consent(made, permission=Permission(consents=consents), today=NOON.date())


def operations_of(topic: TopicPlan) -> list[Operation]:
    """What an apply asks for to carry out the plan of ``topic``, in order."""
    found = []
    for operation in Operation:
        step = request_step_of(operation)
        if step.weight(topic) if step is not None else step_of(operation).fields(topic):
            found.append(operation)
    return found
