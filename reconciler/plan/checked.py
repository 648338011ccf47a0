"""A plan with what the broker says of it: what it would refuse is impossible, in its own words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import FATAL, Action, FieldChange, KafkaFailure, Operation, Plan, TopicPlan, Verdict
from reconciler.plan.requests import TakesRequests, requests_of

NOT_ALLOWED = frozenset({29, 31})
"""TOPIC_AUTHORIZATION_FAILED and CLUSTER_AUTHORIZATION_FAILED: this principal may not even ask."""

_Answers = Mapping[Operation, KafkaFailure]


def checked(plan: Plan, broker: TakesRequests) -> Plan:
    """``plan`` after every safe create and change was put to ``broker``, which does none of them.

    ``unchecked`` of the result says why, where the broker did not give an answer that counts.
    """
    objections: dict[str, dict[Operation, KafkaFailure]] = {}
    unanswered: dict[str, KafkaFailure] = {}
    queue = deque(requests_of(plan.topics))
    while queue:
        request = queue.popleft()
        answers = request.put_to(broker)
        if request.is_refused_for_its_size(answers):
            queue.extendleft(reversed(request.halves()))
            continue
        for name, failure in answers.items():
            if failure is None:
                continue
            if failure.code in NOT_ALLOWED or failure.kind != FATAL:
                unanswered[name] = failure
            else:
                objections.setdefault(name, {})[request.operation] = failure
    topics = tuple(_with(topic, objections.get(topic.name, {})) for topic in plan.topics)
    return replace(plan, topics=topics, unchecked=unanswered)


def not_checked(plan: Plan) -> Iterator[Diagnostic]:
    """One note for all topics of ``plan`` that the broker was asked about in vain."""
    if plan.unchecked:
        failure = next(iter(plan.unchecked.values()))
        topics = "1 topic" if len(plan.unchecked) == 1 else f"{len(plan.unchecked)} topics"
        yield Diagnostic(
            severity=Severity.INFO,
            code="not-checked",
            message=f"not checked by the broker: {topics} ({failure.name})",
            hint=f"{failure.message}; the plan stands, but apply may be refused",
        )


def operation_for(change: FieldChange) -> Operation:
    """The request that makes ``change``."""
    return Operation.ALTER_CONFIGS if change.config_key is not None else Operation.CREATE_PARTITIONS


def _with(topic: TopicPlan, objections: _Answers) -> TopicPlan:
    if not objections:
        return topic
    failure = next(iter(objections.values()))
    if topic.action is Action.CREATE:
        return replace(topic, failure=failure)
    changes = tuple(_refused(change, objections.get(operation_for(change))) for change in topic.changes)
    return replace(topic, changes=changes, failure=failure)


def _refused(change: FieldChange, failure: KafkaFailure | None) -> FieldChange:
    if failure is None or change.verdict is not Verdict.SAFE:
        return change
    return replace(change, verdict=Verdict.IMPOSSIBLE, reason=f"the broker refuses it: {failure.message}")
