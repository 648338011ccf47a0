"""Waivers accept drift in audits, and mean nothing to a plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.errors import Location
from reconciler.manifest.load import load
from reconciler.model import Waiver
from reconciler.plan.fingerprint import digest

PLACE = Location("topics.yaml", 1, 1)


@pytest.mark.parametrize(
    ("topic", "field", "accepted"),
    [
        ("orders.*", None, True),
        ("orders.a", "config.*", True),
        ("orders.a", "config.retention.ms", True),
        ("orders.a", "config.retention.bytes", False),
        ("orders.a", "partitions", False),
        ("orders.a", "recreated", False),
        ("orders", None, False),
        ("ORDERS.*", None, False),
    ],
)
def test_a_waiver_is_about_topics_and_fields(topic: str, field: str | None, *, accepted: bool) -> None:
    waiver = Waiver(topic=topic, reason="why", origin=PLACE, field=field)
    assert waiver.accepts("orders.a", "config.retention.ms") is accepted


def test_a_waiver_counts_to_the_end_of_its_last_day() -> None:
    waiver = Waiver(topic="*", reason="why", origin=PLACE, expires=date(2026, 12, 31))
    assert waiver.counts_on(date(2026, 12, 31))
    assert not waiver.counts_on(date(2027, 1, 1))
    assert Waiver(topic="*", reason="why", origin=PLACE).counts_on(date(2999, 1, 1))


def test_a_reviewed_plan_stays_valid_when_a_waiver_is_added(tmp_path: Path) -> None:
    manifest = tmp_path / "topics.yaml"
    manifest.write_text("version: 1\ntopics: {orders.a: {}}\n")
    before = load([manifest], None, {})
    manifest.write_text(f"{manifest.read_text()}waivers: [{{topic: orders.a, reason: later}}]\n")
    after = load([manifest], None, {})
    assert (len(before.waivers), len(after.waivers)) == (0, 1)
    assert digest(before) == digest(after)


def test_an_overlay_replaces_the_waivers_of_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ntopics: {orders.a: {}}\nwaivers: [{topic: orders.a, reason: everywhere}]\n"
    )
    (tmp_path / "topics.prod.yaml").write_text("waivers: [{topic: orders.*, reason: only in prod}]\n")
    [waiver] = load([tmp_path / "topics.yaml"], "prod", {}).waivers
    assert (waiver.topic, waiver.reason, waiver.origin.file) == (
        "orders.*",
        "only in prod",
        str(tmp_path / "topics.prod.yaml"),
    )
