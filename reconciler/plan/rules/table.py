"""The table of rules: what each change does, and what it needs. The first rule that applies decides."""

from __future__ import annotations

from reconciler.configs import TOPIC_CONFIGS
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.clients import CLIENTS
from reconciler.plan.rules.counts import COUNTS
from reconciler.plan.rules.durability import DURABILITY
from reconciler.plan.rules.records import CLEANUP, RETENTION
from reconciler.plan.rules.rule import ANY_CONFIG, Harmless, Impossible, Rule, Section
from reconciler.plan.rules.storage import SEGMENTS, TIERED
from reconciler.plan.rules.values import always


def _is_not_alterable(change: Change) -> bool:
    return change.key is not None and not change.policy.service.permits(change.key)


def _is_unknown(change: Change) -> bool:
    return change.key not in TOPIC_CONFIGS


NOT_ALTERABLE = Impossible(
    reason="the service does not permit to set {key}: it is not in cluster.alterable_config ({place})",
    way_out="remove {key} from the manifest, or add it there if the service permits it",
)

_SERVICE = Section(
    title="Managed services",
    about="",
    rules=(
        Rule(
            field=ANY_CONFIG,
            what="a key that is not in `cluster.alterable_config`",
            when=_is_not_alterable,
            finding=NOT_ALTERABLE,
            source="the manifest",
        ),
    ),
)

_OTHERS = Section(
    title="Other keys",
    about="",
    rules=(
        Rule(
            field=ANY_CONFIG,
            what="a key that Apache Kafka does not have",
            when=_is_unknown,
            finding=Harmless("not a topic config key of Apache Kafka: what a change of it does is not known here"),
            source="https://kafka.apache.org/documentation/#topicconfigs",
        ),
        Rule(
            field=ANY_CONFIG,
            what="every other change",
            when=always,
            finding=Harmless(),
            source="https://kafka.apache.org/documentation/#topicconfigs",
        ),
    ),
)

SECTIONS = (_SERVICE, COUNTS, RETENTION, CLEANUP, DURABILITY, CLIENTS, SEGMENTS, TIERED, _OTHERS)
"""All rules, as the documentation shows them."""

RULES = tuple(rule for section in SECTIONS for rule in section.rules)
