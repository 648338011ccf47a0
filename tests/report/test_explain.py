"""Every folder of ``tests/cases/explain`` is a manifest, a live cluster, and what ``explain`` shows of one topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from reconciler.manifest.load import load
from reconciler.model import LiveLayer, LiveSource, LiveTopic, Moving
from reconciler.plan.explained import explained
from reconciler.report.explain import json, text
from reconciler.report.explain.topic import ExplainedTopic, SeenCluster
from reconciler.report.layout import TextStyle
from tests.support.cases import case_folders

NAME = "orders.requests"


def live_topic(fields: Mapping[str, Any]) -> LiveTopic:
    sources = {key: LiveSource(LiveLayer(layer), there) for key, (layer, there) in fields["sources"].items()}
    return LiveTopic(name=NAME, **{**fields, "sources": sources})


@pytest.mark.parametrize("folder", case_folders("explain"))
def test_explain_says(folder: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    desired, data = load([Path("topics.yaml")], None, {}), YAML(typ="safe").load(folder / "live.yaml")
    live = live_topic(data["topics"][NAME])
    target = data.get("moving", {}).get(NAME)
    spec = next((spec for spec in desired.topics if spec.name == NAME), None)
    topic = ExplainedTopic(
        name=NAME,
        origin=spec.origin if spec is not None else None,
        settings=explained(spec, live, desired.policy, Moving(replication_factor=target) if target else None),
        cluster=SeenCluster(cluster_id="4L6g3nShT-eMCtK--X86sw", bootstrap_servers="kafka:9092", topic=live),
        is_in_scope=spec is None,
    )
    golden(folder / "explain.json", json.render(topic))
    for width in (80, 120, 200):
        shown = click.unstyle(text.render(topic, TextStyle(width=width)))
        golden(folder / f"explain.{width}.txt", shown)
        assert all(line.isprintable() for line in shown.splitlines())
        assert all(len(line) <= width for line in shown.splitlines())
