"""Overrides that a plan leaves in place: their value is unknown, the broker objects to them, they cannot be undone.

Kafka 4.0 and 4.1 describe a key that they no longer know as set, sensitive and without its value, and refuse to change
anything else of the topic until the key is reset (https://issues.apache.org/jira/browse/KAFKA-19851). Sensitive keys
of vendors look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reconciler.configs import ONE_WAY, TOPIC_CONFIGS
from reconciler.errors import Diagnostic, Severity
from reconciler.model import Plan, Policy, Refused, TopicPlan, changes_of, live_of
from reconciler.printable import quoted

_NAMED = 3


def not_compared(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for every key that the manifest sets and whose live values cannot be compared with it."""
    topics: dict[str, list[TopicPlan]] = {}
    for topic in plan.topics:
        for key, value in _overrides(topic).items():
            if value is None and key in topic.desired.config:
                topics.setdefault(key, []).append(topic)
    for key, having in sorted(topics.items()):
        (first, *more) = having
        yield Diagnostic(
            severity=Severity.WARNING,
            code="value-not-compared",
            message=f"{key} of {_names(having)} is set, but the cluster does not return its value, "
            "so it cannot be compared with the manifest",
            hint=_way_to_compare(key),
            topic=None if more else first.name,
            origin=first.desired.origin_of(f"config.{key}"),
        )


def not_reset(plan: Plan) -> Iterator[Diagnostic]:
    """A note for every key that is never reset, because that cannot be undone, and that the manifest does not set."""
    for key in sorted(ONE_WAY):
        having = [topic for topic in plan.topics if _is_one_way(topic, key, plan.policy)]
        if having:
            first, *more = having
            yield Diagnostic(
                severity=Severity.INFO,
                code="override-not-reset",
                message=f"{key} is set on {_names(having)}, but not in the manifest; it is never reset, "
                "because Kafka cannot undo that",
                hint=f"write {key}: true at the topic",
                topic=None if more else first.name,
                origin=first.desired.origin,
            )


def _is_one_way(topic: TopicPlan, key: str, policy: Policy) -> bool:
    is_set = _overrides(topic).get(key, "false") != "false"
    return is_set and not topic.desired.is_absent and not topic.desired.names(key) and not policy.leaves_alone(key)


def in_the_way(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for every override that stays and that the broker names when it refuses a change of the topic.

    One that is readable and set in the manifest is left out: the broker's message about its value is enough.
    """
    for topic in plan.topics:
        refusals = "\n".join(
            change.decision.refusal.reason for change in changes_of(topic) if isinstance(change.decision, Refused)
        )
        planned = {change.config_key for change in changes_of(topic)}
        for key, value in _overrides(topic).items():
            stays = key not in planned and (value is None or key not in topic.desired.config)
            if stays and re.search(rf"(?<![\w.]){re.escape(key)}(?!\.?\w)", refusals):
                yield Diagnostic(
                    severity=Severity.WARNING,
                    code="override-in-the-way",
                    message=f"the broker refuses to change {quoted(topic.name)} while its override {key} is in place",
                    hint=_way_to_remove(topic, key),
                    topic=topic.name,
                    origin=topic.desired.origin,
                )


def _overrides(topic: TopicPlan) -> Mapping[str, str | None]:
    live = live_of(topic)
    return live.overrides if live is not None else {}


def _way_to_compare(key: str) -> str:
    config = TOPIC_CONFIGS.get(key)
    if config is not None and config.removed_in is not None:
        return f"the key was removed in Kafka {config.removed_in}; remove it from the manifest, and apply resets it"
    return "to set the value again, remove the key from the manifest and apply, then add it and apply"


def _way_to_remove(topic: TopicPlan, key: str) -> str:
    command = f"kafka-configs --bootstrap-server HOST:PORT --alter --topic {topic.name} --delete-config {key}"
    if key in topic.desired.config:
        return f"remove {key} from the manifest, and apply resets it; or run {command}"
    return f"policy.extra_config: keep or policy.ignore_config keeps this override; change the policy, or run {command}"


def _names(topics: Sequence[TopicPlan]) -> str:
    listed = ", ".join(quoted(topic.name) for topic in topics[:_NAMED])
    more = len(topics) - _NAMED
    return f"{listed} and {more} more" if more > 0 else listed
