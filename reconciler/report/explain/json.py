"""A topic explained, as JSON."""

from __future__ import annotations

import json
from typing import Any

from reconciler.errors import Location, Variable
from reconciler.model import Source
from reconciler.plan.diff import COUNTS
from reconciler.plan.explained import LiveValue, Setting
from reconciler.printable import escaped_json
from reconciler.report.explain.topic import ExplainedTopic, SeenCluster


def render(topic: ExplainedTopic) -> str:
    """The document: every key is always there."""
    document = {
        "topic": topic.name,
        "in_manifest": topic.origin is not None,
        "cluster": topic.cluster and _cluster(topic.cluster),
        "values": [_setting(each, listed=topic.origin is not None) for each in topic.settings],
    }
    return escaped_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _cluster(cluster: SeenCluster) -> dict[str, Any]:
    topic = cluster.topic
    return {
        "id": cluster.cluster_id,
        "bootstrap_servers": cluster.bootstrap_servers,
        "has_topic": topic is not None,
        "topic_id": topic and topic.topic_id,
    }


def _setting(setting: Setting, *, listed: bool) -> dict[str, Any]:
    chosen_by_broker = listed and setting.field in COUNTS and setting.source is None
    return {
        "field": setting.field,
        "value": setting.value,
        **({"layer": "broker", "origin": None} if chosen_by_broker else _source(setting.source)),
        "live": setting.live and _live(setting.live),
        "status": setting.standing,
    }


def _source(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"layer": None, "origin": None}
    match source.origin:
        case Variable(name):
            return {"layer": source.layer, "origin": {"variable": name}}
        case Location() as place:
            return {"layer": source.layer, "origin": place._asdict()}


def _live(live: LiveValue) -> dict[str, Any]:
    return {
        "value": live.value,
        "source": live.source and live.source.layer,
        "key": live.source and live.source.key,
        "brokers": live.brokers and {str(node): value for node, value in live.brokers.items()},
    }
