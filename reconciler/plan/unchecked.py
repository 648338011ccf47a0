"""Topics that the broker did not validate: which, why, and the note about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sized
from dataclasses import replace

from reconciler.errors import Diagnostic, Severity
from reconciler.model import (
    RETRIABLE,
    Create,
    Delete,
    Drift,
    InSync,
    KafkaFailure,
    Plan,
    TopicPlan,
    Unreadable,
    unchecked_of,
)

NOT_ALLOWED = frozenset({29, 31})
"""TOPIC_AUTHORIZATION_FAILED and CLUSTER_AUTHORIZATION_FAILED: validating needs the permission of the write."""
_ENDED_BEFORE = KafkaFailure(
    code=0,
    name="NOT_CHECKED",
    error_class=RETRIABLE,
    message="the run ended before the broker had validated the topic",
    remedy="run the command again",
)


def marked(waiting: Collection[str], topic: TopicPlan) -> TopicPlan:
    """``topic`` as unchecked where it is among those ``waiting`` for an answer."""
    match topic:
        case Create(unchecked=None) | Drift(unchecked=None) if topic.name in waiting:
            return replace(topic, unchecked=_ENDED_BEFORE)
        case Create() | Drift() | Delete() | InSync() | Unreadable():
            return topic


def not_checked(plan: Plan) -> Iterator[Diagnostic]:
    """One note for all topics of ``plan`` that this principal may not change: apply as the same would be denied."""
    failures = map(unchecked_of, plan.topics)
    denied = [failure for failure in failures if failure is not None and failure.code in NOT_ALLOWED]
    if denied:
        remedies = "; ".join(dict.fromkeys(failure.remedy for failure in denied))
        yield Diagnostic(
            severity=Severity.INFO,
            code="not-checked",
            message=f"this principal may not change {count_of(denied)} ({denied[0].name}): apply would be denied",
            hint=f"run apply as another principal, or {remedies}; the broker has not validated these changes",
        )


def count_of(topics: Sized) -> str:
    """``1 topic``, ``2 topics``."""
    return "1 topic" if len(topics) == 1 else f"{len(topics):,} topics"
