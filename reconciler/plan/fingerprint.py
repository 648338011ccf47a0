"""Identities: of a plan, and of what a manifest wants."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from reconciler.model import (
    Decision,
    DesiredState,
    Limits,
    LiveTopic,
    Plan,
    Policy,
    Refusal,
    Refused,
    Risky,
    Safe,
    TopicPlan,
    TopicSpec,
    changes_of,
    live_of,
    objections_of,
    refusal_of,
)


def sealed(plan: Plan) -> Plan:
    """``plan`` with its fingerprint: equal exactly when the same changes are made to the same live state of a cluster.

    Places in files do not count. Seal last: nothing may change the plan afterwards.
    """
    return replace(plan, fingerprint=_sha256([plan.cluster_id, *map(_planned, plan.topics)]))


def digest(desired: DesiredState) -> str:
    """The identity of what is wanted, all layers merged: files, places and spelling do not count.

    Nor does it matter which topics a run leaves out, so what was planned of some topics can be compared with the whole.
    """
    cluster, scope = desired.cluster, desired.scope
    alterable = cluster.alterable_config
    return _sha256(
        [
            _rules(desired.policy),
            [cluster.id, sorted(alterable) if alterable is not None else None],
            [sorted(scope.include), sorted(scope.exclude)],
            *map(_wanted, desired.all_topics),
        ]
    )


def _rules(policy: Policy) -> dict[str, Any]:
    limits = (policy.limits.creates, policy.limits.changes, policy.limits.deletes)
    rules = asdict(replace(policy, limits=Limits(), warn_only={}))
    del rules["service"]  # this is no rule, but the cluster
    return rules | {
        "limits": [limit and [limit.number, limit.percent] for limit in limits],
        "warn_only": sorted(policy.warn_only),
    }


def _planned(topic: TopicPlan) -> list[Any]:
    desired, live = topic.desired, live_of(topic)
    return [
        topic.name,
        topic.action,
        [desired.partitions, desired.replication_factor, dict(desired.config)],
        _live(live) if live else None,
        [[change.field, change.before, change.after, _decided(change.decision)] for change in changes_of(topic)],
        _refused(refusal_of(topic)),
        sorted(objections_of(topic)),
    ]


def _live(live: LiveTopic) -> list[Any]:
    # A topic that is created again under its name is another one, also with the same settings. Old brokers have no ids.
    identity = [live.topic_id] if live.topic_id is not None else []
    return [live.partitions, live.settled_replication_factor, dict(live.overrides), *identity]


def _decided(decision: Decision) -> Any:
    match decision:
        case Safe():
            return "safe"
        case Risky(risk, consent):
            # Where replicas go is what is done: a plan that moves them elsewhere is another plan.
            moves = list(risk.impact.moves) if risk.impact is not None else []
            return [risk.kind, consent is not None, *([moves] if moves else [])]
        case Refused(refusal):
            return _refused(refusal)


def _refused(refusal: Refusal | None) -> Any:
    """What is refused, but for its words."""
    return [refusal.kind, refusal.failure.name if refusal.failure else None] if refusal else None


def _wanted(topic: TopicSpec) -> list[Any]:
    named = {field.removeprefix("config.") for field in topic.sources if field.startswith("config.")}
    config = {**dict.fromkeys(named), **topic.config}  # a key set to null is wanted to be the broker's
    texts = [topic.owner, topic.description, dict(topic.labels)]
    allow = [[each.kind, each.up_to, str(each.until), each.reason] for each in topic.allow]
    risks = [allow, topic.is_protected, topic.is_absent]
    return [topic.name, topic.partitions, topic.replication_factor, config, *texts, *risks]


def _sha256(facts: list[Any]) -> str:
    """``sha256:`` and the hexadecimal digest of ``facts``, the order in mappings left out."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
