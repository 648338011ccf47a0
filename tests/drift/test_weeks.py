"""An audit every night for some weeks: what is told of drift, its causes and its age at every step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest

from reconciler.errors import ReportNotRead
from reconciler.model import Command
from reconciler.report.formats import FORMATS
from reconciler.report.former_audit import former_audit
from tests.drift.world import World

MANIFEST = """
version: 1
scope: {include: ["*"]}
defaults: {replication_factor: 3}
topics:
  orders.a: {config: {min.insync.replicas: 2}, owner: team-orders}
  orders.b: {owner: team-orders}
  orders.c: {config: {retention.ms: 7d, max.message.bytes: 2MiB}, owner: team-orders}
"""
LOGS = [f"log.{number:03}" for number in range(300)]
MANY = MANIFEST + "".join(
    f"  {name}: {{config: {{retention.ms: 7d}}, owner: {'team-a' if number % 3 else 'team-b'}}}\n"
    for number, name in enumerate(LOGS)
)
BY_HAND = "orders.a config.min.insync.replicas"
WEEK, DAY = "604800000", "86400000"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A cluster in sync with its manifest."""
    path = tmp_path / "topics.yaml"
    path.write_text(MANIFEST)
    made = World(path, {"retention.ms": WEEK, "min.insync.replicas": "1", "max.message.bytes": "1048588"})
    made.create("orders.a", min_insync_replicas="2")
    made.create("orders.b")
    made.create("orders.c", max_message_bytes="2097152")
    assert (made.night(0).code, made.night(0).drift) == (0, {})
    return made


def waive(world: World, *waivers: str) -> None:
    world.manifest.write_text(MANIFEST + "waivers:\n" + "".join(f"  - {{{each}}}\n" for each in waivers))


def test_a_topic_that_was_changed_by_hand_grows_old_is_waived_expires_and_heals(world: World) -> None:
    world.set("orders.a", "min.insync.replicas", "1")
    first = world.night(1)
    assert (first.code, first.drift) == (2, {BY_HAND: "topic-value 0d"})
    assert world.night(2).drift == {BY_HAND: "topic-value 1d"}
    world.set("orders.a", "min.insync.replicas", "3")  # another value is the same drift
    assert world.night(3).drift == {BY_HAND: "topic-value 2d"}

    waive(world, "topic: orders.a, field: config.*, reason: incident 42, owner: sre, expires: 2026-12-10")
    for day in (5, 9):
        night = world.night(day)
        assert (night.code, night.drift, night.waived) == (0, {}, {BY_HAND: f"topic-value {day - 1}d"})
        assert (night.report.summary.drifted, night.report.summary.waived) == (0, 1)
        assert "waiver-expired" not in night.codes
    expired = world.night(10)
    assert (expired.code, expired.drift, expired.waived) == (2, {BY_HAND: "topic-value 9d"}, {})
    assert expired.codes == ["waiver-expired"]

    world.set("orders.a", "min.insync.replicas", "2")
    healed = world.night(14)
    assert (healed.code, healed.drift, healed.healed) == (0, {}, [BY_HAND])
    assert healed.report.summary.healed == 1
    assert world.night(15).healed == []
    world.set("orders.a", "min.insync.replicas", "1")
    assert world.night(16).drift == {BY_HAND: "topic-value 0d"}  # it came back: it is new


def test_each_waiver_is_a_row_of_its_own(world: World) -> None:
    waive(world, "topic: orders.a, reason: one", "topic: orders.b, reason: another")
    del world.topics["orders.a"], world.topics["orders.b"]
    night = world.night(1)
    assert (night.code, night.causes) == (0, [])
    words = " ".join(click.unstyle(night.shown("text")).split())  # lines wrap by the length of the path
    assert "orders.a missing new one " in words
    assert "orders.b missing new another " in words


def test_a_topic_that_was_created_again_stays_reported_until_a_waiver_accepts_it(world: World) -> None:
    world.create("orders.b")
    assert (world.night(1).code, world.night(1).drift) == (2, {"orders.b recreated": "recreated 0d"})
    for day in (2, 6):
        assert world.night(day).drift == {"orders.b recreated": f"recreated {day - 1}d"}
    world.hidden.add("orders.b")
    unread = world.night(7)
    assert (unread.code, unread.drift) == (1, {"orders.b unreadable": "unreadable 0d"})
    world.hidden.clear()
    assert world.night(8).drift == {"orders.b recreated": "recreated 7d"}
    world.create("orders.b")
    assert world.night(9).drift == {"orders.b recreated": "recreated 8d"}

    waive(world, "topic: orders.b, field: recreated, reason: known")
    accepted = world.night(10)
    assert (accepted.code, accepted.waived) == (0, {"orders.b recreated": "recreated 9d"})
    forgotten = world.night(11)
    assert (forgotten.code, forgotten.drift, forgotten.waived, forgotten.codes) == (0, {}, {}, ["waiver-unused"])
    world.create("orders.b")
    assert world.night(12).waived == {"orders.b recreated": "recreated 0d"}


def test_what_cannot_be_read_neither_heals_nor_gets_younger(world: World) -> None:
    world.set("orders.a", "min.insync.replicas", "1")
    world.night(1)
    world.hidden.add("orders.a")
    for day in (2, 3):
        night = world.night(day)
        assert (night.code, night.drift) == (1, {"orders.a unreadable": f"unreadable {day - 2}d"})
        assert night.healed == []
        assert [each.topic for each in night.report.audit.unconfirmed] == ["orders.a"] if night.report.audit else False
    world.hidden.clear()
    assert "grant DESCRIBE" in night.shown("text")
    again = world.night(4)
    assert (again.drift, again.healed) == ({BY_HAND: "topic-value 3d"}, [])


def test_a_broker_default_that_changed_under_300_topics_is_one_cause(world: World) -> None:
    world.manifest.write_text(MANY)
    missing = world.night(1)
    assert missing.causes == [("missing", 300, 0)]
    for name in LOGS:
        world.create(name)
    created = world.night(2)
    assert (created.code, created.causes, len(created.healed)) == (0, [], 300)

    world.defaults["retention.ms"] = DAY
    changed = world.night(3)
    assert (changed.code, changed.causes) == (2, [("broker-default", 301, 0)])
    [cause] = changed.report.audit.causes if changed.report.audit else []
    assert (cause.field, cause.live, cause.wanted) == ("config.retention.ms", DAY, [WEEK])
    assert [(each.owner, each.topics) for each in cause.owners] == [
        ("team-a", 200),
        ("team-b", 100),
        ("team-orders", 1),
    ]
    text = click.unstyle(changed.shown("text"))
    assert "301 topics  retention.ms is 86400000 (1d), not 604800000 (7d)  new\n" in text
    assert "Drift: 301 topics drifted (1 cause), 2 topics in sync." in text
    assert len(text.splitlines()) < 20

    for name in LOGS[:3]:
        world.set(name, "retention.ms", DAY)
    assert world.night(7).causes == [("broker-default", 298, 4), ("topic-value", 3, 4)]
    world.defaults["retention.ms"] = WEEK
    restored = world.night(9)
    assert (restored.causes, len(restored.healed)) == ([("topic-value", 3, 6)], 298)


def test_a_value_that_was_removed_is_told_from_a_default_that_changed(world: World) -> None:
    world.set("orders.a", "min.insync.replicas", None)
    assert world.night(1).drift == {BY_HAND: "override-removed 0d"}
    assert world.night(2).drift == {BY_HAND: "override-removed 1d"}


@pytest.mark.parametrize("target", [3, None])
def test_replicas_that_are_being_moved_are_no_drift(target: int | None, world: World) -> None:
    world.move("orders.a", 5, target=target)
    moving = world.night(1)
    assert (moving.code, moving.report.summary.drifted, moving.causes) == (0, 0, [("reassignment", 1, 0)])
    assert "no drift" in click.unstyle(moving.shown("text"))
    world.moving.clear()
    assert (world.night(2).code, world.night(2).causes) == (2, [("topic-value", 1, 1)])
    world.move("orders.a", 3, target=3)
    assert (world.night(3).code, world.night(3).causes) == (0, [])


def test_replicas_that_are_being_moved_to_another_number_than_wanted_are_drift(world: World) -> None:
    world.move("orders.a", 5, target=4)
    assert (world.night(1).code, world.night(1).causes) == (2, [("topic-value", 1, 0)])


def test_a_topic_that_nobody_lists_is_unmanaged_until_it_is_gone(world: World) -> None:
    world.create("extra")
    assert world.night(1).drift == {"extra unmanaged": "unmanaged 0d"}
    assert world.night(3).drift == {"extra unmanaged": "unmanaged 2d"}
    waive(world, "topic: ext*, reason: a trial")
    assert (world.night(4).code, world.night(4).waived) == (0, {"extra unmanaged": "unmanaged 3d"})
    del world.topics["extra"]
    gone = world.night(5)
    assert (gone.code, gone.healed, gone.codes) == (0, ["extra unmanaged"], ["waiver-unused"])


def test_what_was_merged_and_not_applied_is_told_by_the_report_of_the_last_run(world: World) -> None:
    applied = world.night(1).report
    world.manifest.write_text(MANIFEST.replace("min.insync.replicas: 2", "min.insync.replicas: 3"))
    world.set("orders.c", "max.message.bytes", "3000000")
    night = world.night(2, base=applied)
    assert night.drift == {BY_HAND: "merged 0d", "orders.c config.max.message.bytes": "topic-value 0d"}


@pytest.mark.parametrize("form", [*FORMATS])
def test_names_and_reasons_do_no_harm_in_any_format(world: World, form: str) -> None:
    waive(world, r'topic: orders.a, reason: "</details><img onerror>|@team\e[31m\n::error ", owner: "`x`"')
    world.set("orders.a", "min.insync.replicas", "1")
    world.set("orders.c", "max.message.bytes", "\x1b[31m<img onerror>@team|\n::error ")
    text = world.night(1).shown(form)
    assert "\x1b[31m" not in text
    assert all(line.startswith("::error file=") for line in text.splitlines() if line.startswith("::error"))
    if form in {"html", "markdown", "junit"}:
        assert "<img" not in text
    if form == "markdown":
        assert "@team" not in text


@pytest.mark.parametrize("form", [*FORMATS])
def test_every_format_tells_a_clean_night_and_a_bad_one(world: World, form: str) -> None:
    clean = world.night(1).shown(form)
    world.set("orders.a", "min.insync.replicas", "1")
    bad = world.night(2).shown(form)
    assert BY_HAND.partition(" ")[0] in bad
    assert "min.insync.replicas" in bad
    if form not in {"json", "github"}:
        assert "no drift" in clean
        assert "1 topic drifted (1 cause)" in bad


def test_a_run_that_compared_nothing_is_no_baseline(world: World) -> None:
    failed = replace(world.night(1).report, plan=None, audit=None, topics=[])
    with pytest.raises(ReportNotRead, match=r"last\.json: the report cannot be a baseline"):
        former_audit(failed, "last.json")


def test_a_plan_is_a_baseline_too(world: World) -> None:
    world.set("orders.a", "min.insync.replicas", "1")
    world.create("extra")
    del world.topics["orders.b"]
    audit = world.night(1).report
    plan = replace(
        audit,
        command=Command.PLAN,
        audit=None,
        topics=[replace(topic, drift=[]) for topic in audit.topics],
        unmanaged=[replace(topic, drift=[]) for topic in audit.unmanaged],
    )
    world.last = plan
    assert world.night(4).drift == {
        BY_HAND: "topic-value 3d",
        "extra unmanaged": "unmanaged 3d",
        "orders.b missing": "missing 3d",
    }


def test_what_only_leaves_out_is_not_healed(world: World) -> None:
    world.set("orders.a", "min.insync.replicas", "1")
    world.set("orders.c", "max.message.bytes", "3000000")
    world.night(1)
    part = world.night(2, only=["orders.c"])
    assert (part.drift, part.healed) == ({"orders.c config.max.message.bytes": "topic-value 1d"}, [])
    assert world.night(3).drift[BY_HAND] == "topic-value 2d"
