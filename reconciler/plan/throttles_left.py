"""Throttles of replicas that an earlier reassignment left on topics: they would slow down the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Drift, InSync, LiveTopic, Plan, Throttled, TopicPlan
from reconciler.printable import quoted

_LISTED = 5


def throttled_topics(plan: Plan) -> Mapping[str, Throttled]:
    """The throttles that topics of ``plan`` have, but for those whose replicas another tool is moving now."""
    found = {
        topic.name: Throttled.in_config(live.overrides) for topic, live in _kept(plan) if not _is_foreign(topic, live)
    }
    return {name: throttled for name, throttled in found.items() if throttled.brokers}


def throttles_left(plan: Plan) -> Iterator[Diagnostic]:
    """A warning about throttles of topics whose replicas do not seem to be moved any more."""
    throttled = throttled_topics(plan)
    names = [topic.name for topic, live in _kept(plan) if topic.name in throttled and not _seems_moving(live)]
    if not names:
        return
    first = ", ".join(map(quoted, names[:_LISTED]))
    more = f" and {len(names) - _LISTED:,} more topics" if len(names) > _LISTED else ""
    yield Diagnostic(
        severity=Severity.WARNING,
        code="throttle-left",
        message=f"an earlier reassignment left a replication throttle on {first}{more}",
        hint="apply removes it, unless a tool is moving replicas at that time",
        topic=names[0] if len(names) == 1 else None,
    )


def _kept(plan: Plan) -> Iterator[tuple[TopicPlan, LiveTopic]]:
    """The topics that are there, and stay."""
    for topic in plan.topics:
        if isinstance(topic, Drift | InSync) and topic.live is not None:
            yield topic, topic.live


def _is_foreign(topic: TopicPlan, live: LiveTopic) -> bool:
    """Whether replicas are being moved, and not to the number that the manifest wants."""
    moving = live.moving
    is_wanted = live.settled_replication_factor == topic.desired.replication_factor
    return moving is not None and not (moving.changes_number and is_wanted)


def _seems_moving(live: LiveTopic) -> bool:
    return live.moving is not None or live.highest_replication_factor not in {None, live.replication_factor}
