"""The page on drift shows what an audit of a small estate prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.drift.world import World
from tests.support.command import PROJECT

PAGE = PROJECT / "docs/drift.md"
COMMAND = "$ reconciler drift -e prod --baseline last.json\n"
NAMES = [f"payments.{name}" for name in ("authorised", "captured", "failed", "refunded", "settled", "voided")]
MANIFEST = """version: 1
scope: {include: ["*"]}
topics:
  orders.requests: {config: {min.insync.replicas: 2}, owner: team-orders}
  orders.events: {config: {retention.ms: 30d}, owner: team-orders}
  orders.audit: {owner: team-orders}
"""
WAIVERS = """waivers:
  - {topic: orders.events, field: config.retention.ms, reason: incident 42, owner: sre, expires: 2026-12-31}
"""


def test_the_page_shows_what_an_audit_prints(
    golden: Callable[[Path, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    manifest = Path("topics.prod.yaml")
    owners = {name: "team-billing" if "settled" in name else "team-payments" for name in NAMES}
    topics = "".join(f"  {name}: {{config: {{retention.ms: 7d}}, owner: {owner}}}\n" for name, owner in owners.items())
    manifest.write_text(MANIFEST + topics + WAIVERS)
    world = World(manifest, {"retention.ms": "604800000", "min.insync.replicas": "1"})
    world.create("orders.requests", min_insync_replicas="2")
    world.create("orders.events", retention_ms="2592000000")
    world.create("orders.audit")
    for name in NAMES:
        world.create(name)
    world.create("tmp.test")
    world.night(0)
    world.set("orders.events", "retention.ms", "86400000")
    world.defaults["retention.ms"] = "86400000"
    world.night(2)
    world.create("orders.audit")
    world.set("orders.requests", "min.insync.replicas", "1")
    world.night(12)
    del world.topics["tmp.test"]
    text = click.unstyle(world.night(13).shown("text"))
    page = re.sub(
        f"{re.escape(COMMAND)}.*?```",
        lambda _shown: f"{COMMAND}{text}```",
        PAGE.read_text(encoding="utf-8"),
        count=1,
        flags=re.DOTALL,
    )
    assert COMMAND in page
    golden(PAGE, page)
