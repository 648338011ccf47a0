"""A plan's identity: equal exactly when the same changes are made to the same live state of the same cluster."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from reconciler.model import Plan, TopicPlan


def sealed(plan: Plan) -> Plan:
    """``plan`` with its fingerprint: SHA-256 in the form ``sha256:<hexadecimal>``; places in files do not count.

    To be taken when nothing changes the plan any more.
    """
    facts = json.dumps([plan.cluster_id, *map(_facts, plan.topics)], sort_keys=True, separators=(",", ":"))
    return replace(plan, fingerprint=f"sha256:{hashlib.sha256(facts.encode()).hexdigest()}")


def _facts(topic: TopicPlan) -> list[Any]:
    desired, live = topic.desired, topic.live
    return [
        topic.name,
        topic.action,
        [desired.partitions, desired.replication_factor, dict(desired.config)],
        [live.partitions, live.replication_factor, dict(live.overrides)] if live else None,
        [[change.field, change.before, change.after, change.verdict] for change in topic.changes],
        topic.failure.name if topic.failure else None,
        sorted(topic.objections),
    ]
