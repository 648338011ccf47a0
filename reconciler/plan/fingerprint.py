"""A plan's identity: equal exactly when the same changes are made to the same live state of the same cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from reconciler.model import TopicPlan


def fingerprint(cluster_id: str | None, topics: Sequence[TopicPlan]) -> str:
    """SHA-256 in the form ``sha256:<hexadecimal>``; places in files do not count."""
    facts = json.dumps([cluster_id, *map(_facts, topics)], sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(facts.encode()).hexdigest()}"


def _facts(topic: TopicPlan) -> list[Any]:
    desired, live = topic.desired, topic.live
    return [
        topic.name,
        topic.action,
        [desired.partitions, desired.replication_factor, dict(desired.config)],
        [live.partitions, live.replication_factor, dict(live.overrides)] if live else None,
        [[change.field, change.before, change.after, change.verdict] for change in topic.changes],
    ]
