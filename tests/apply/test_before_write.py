"""Topics are read again right before they are written: what somebody else did meanwhile is seen, not overwritten."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from reconciler.plan.requests import MAX_TOPICS
from reconciler.report.former_ids import former_ids
from reconciler.report.read import report_in
from tests.apply.applied import Applied, ApplyManifest, Overtaken
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

ORDERS = "{partitions: 3, config: {retention.ms: 1000, max.message.bytes: 2000}}"
MANIFEST = f"""
version: 1
defaults: {{allow: [data-loss, partition-increase, availability-loss]}}
topics:
  new: {{}}
  orders: {ORDERS}
  other: {{config: {{retention.ms: 5}}}}
"""
BEFORE = Topic(config={"retention.ms": "1"})
WANTED = {"retention.ms": "1000", "max.message.bytes": "2000"}
FIELDS = ("partitions", "config.max.message.bytes", "config.retention.ms")


def same(**changes: Any) -> Topic:
    """The topic as somebody else changed it."""
    return replace(BEFORE, **changes)


def again(**changes: Any) -> Topic:
    """Another one of the same name."""
    return replace(same(**changes), topic_id=uuid4())


def overtaken(now: Topic | None, *faults: Fault) -> Overtaken:
    """Between plan and write, when the create arrives, ``orders`` has become ``now``."""
    return Overtaken("create_topics", {"orders": now}, *faults, topics={"orders": BEFORE, "other": Topic()})


def written(kafka: FakeKafka, name: str) -> list[str]:
    """The writes that were sent about the topic."""
    requests = [each for each in kafka.requests if name in (each.topics or ()) and not each.validate_only]
    return [each.api for each in requests if each.api not in {"metadata", "describe_configs", "list_offsets"}]


def statuses(done: Applied, name: str = "orders") -> tuple[str, ...]:
    changes = {change["field"]: change["status"] for change in done.topic(name)["changes"]}
    return tuple(changes[field] for field in FIELDS)


def found_done(done: Applied, name: str = "orders") -> set[str]:
    return {change["field"] for change in done.topic(name)["changes"] if change["found_done"]}


def id_of(topic: Topic) -> str:
    return base64.urlsafe_b64encode(topic.topic_id.bytes).decode().rstrip("=")


@pytest.mark.parametrize(
    ("now", "words", "changes"),
    [
        pytest.param(same(config={"retention.ms": "7"}), "changed", ("stale",) * 3, id="another value"),
        pytest.param(same(config={}), "changed", ("stale",) * 3, id="the value removed"),
        pytest.param(same(partitions=2), "changed", ("stale",) * 3, id="other partitions"),
        pytest.param(same(partitions=9), "changed", ("stale",) * 3, id="too many partitions"),
        pytest.param(
            same(partitions=3, config={"retention.ms": "7"}),
            "changed",
            ("applied", "stale", "stale"),
            id="another value, and partitions as wanted",
        ),
        pytest.param(
            same(config={**WANTED, "retention.ms": "7"}),
            "changed",
            ("stale", "applied", "stale"),
            id="another value, and one as wanted",
        ),
        pytest.param(None, "deleted", ("stale",) * 3, id="deleted"),
        pytest.param(again(), "deleted and created again", ("stale",) * 3, id="created again as it was"),
        pytest.param(
            again(partitions=3, config=WANTED),
            "deleted and created again",
            ("stale",) * 3,
            id="created again as wanted",
        ),
    ],
)
def test_a_topic_that_is_not_as_planned_is_stale_and_not_written(
    now: Topic | None, words: str, changes: tuple[str, ...], apply_manifest: ApplyManifest
) -> None:
    with overtaken(now) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, statuses(done), written(kafka, "orders")) == (3, changes, [])
        assert kafka.topics.get("orders") == now
        topic = done.topic("orders")
        assert (topic["status"], topic["refusal"]["kind"], topic["verification"]["status"]) == (
            "stale",
            "stale",
            "mismatch",
        )
        assert topic["error"]["message"].startswith(f"the topic was {words} after this plan")
        assert (done.topic("other")["status"], done.topic("new")["status"]) == ("applied", "applied")


def test_a_topic_that_somebody_made_as_wanted_is_found_done_and_nothing_is_sent(
    apply_manifest: ApplyManifest,
) -> None:
    with overtaken(same(partitions=3, config=WANTED)) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, statuses(done), written(kafka, "orders")) == (0, ("applied",) * 3, [])
        topic = done.topic("orders")
        assert (topic["status"], topic["attempts"], topic["verification"]["status"]) == ("applied", [], "verified")
        assert found_done(done) == set(FIELDS)
        (note,) = done.report["diagnostics"]
        assert (note["code"], note["severity"]) == ("found-done", "info")
        assert note["message"] == "1 topic found done, or in part: 'orders'"
        assert done.report["summary"]["applied"] == 3


@pytest.mark.parametrize(
    ("now", "found", "sent"),
    [
        pytest.param(same(partitions=3), {"partitions"}, ["incremental_alter_configs"], id="the partitions are there"),
        pytest.param(same(config=WANTED), {*FIELDS} - {"partitions"}, ["create_partitions"], id="the configs are"),
        pytest.param(
            same(config={"retention.ms": "1000"}),
            {"config.retention.ms"},
            ["create_partitions", "incremental_alter_configs"],
            id="one of the configs is",
        ),
    ],
)
def test_of_a_topic_that_somebody_made_partly_as_wanted_only_the_rest_is_sent(
    now: Topic, found: set[str], sent: list[str], apply_manifest: ApplyManifest
) -> None:
    with overtaken(now) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, statuses(done), written(kafka, "orders")) == (0, ("applied",) * 3, sent)
        assert found_done(done) == found
        assert kafka.topics["orders"] == Topic(partitions=3, config=WANTED)


class Sent(Overtaken):
    """Remembers which keys were to be set."""

    keys: list[str]

    def answers(self, node: int, api: str, *rest: Any, validate_only: bool) -> Any:
        wanted: Mapping[str, Any] = rest[0]
        if api == "incremental_alter_configs" and "orders" in wanted and not validate_only:
            self.keys = [entry.name for entry in wanted["orders"].configs]
        return super().answers(node, api, *rest, validate_only=validate_only)


def test_a_key_that_is_set_already_is_not_set_again(apply_manifest: ApplyManifest) -> None:
    now = same(config={"retention.ms": "1000"})
    with Sent("create_topics", {"orders": now}, topics={"orders": BEFORE, "other": Topic()}) as kafka:
        assert apply_manifest(MANIFEST, kafka).code == 0
        assert kafka.keys == ["max.message.bytes"]


@pytest.mark.parametrize("error", [29, 5])
def test_a_topic_that_cannot_be_read_is_not_written(error: int, apply_manifest: ApplyManifest) -> None:
    class Hiding(FakeKafka):
        """Hides the topic from the moment on at which the plan is being carried out."""

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            if api == "create_topics" and not more["validate_only"]:
                self._script.faults.append(Fault(api="describe_configs", topics=["orders"], error=error, times=None))
            return super().answers(node, api, *rest, **more)

    with Hiding(topics={"orders": BEFORE, "other": Topic()}) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, statuses(done), written(kafka, "orders")) == (1, ("not_attempted",) * 3, [])
        topic = done.topic("orders")
        assert (topic["verification"]["status"], topic["error"]["code"]) == ("unverifiable", error)
        assert done.topic("other")["status"] == "applied"


class Later(FakeKafka):
    """Somebody makes ``orders`` another topic as soon as its configs were written."""

    now = again(partitions=3, config=WANTED)

    def answers(self, node: int, api: str, wanted: Mapping[str, Any], *rest: Any, **more: Any) -> Any:
        answers = super().answers(node, api, wanted, *rest, **more)
        if api == "incremental_alter_configs" and "orders" in wanted and not more["validate_only"]:
            self.topics = {**self.topics, "orders": self.now}
        return answers


def test_a_topic_that_is_created_again_after_the_write_is_not_taken_for_the_one_that_was_written(
    apply_manifest: ApplyManifest,
) -> None:
    """Not even where it is as wanted; and nobody waits for the former one."""
    with Later(topics={"orders": BEFORE, "other": Topic()}) as kafka:
        done = apply_manifest(MANIFEST, kafka, "--timeout", "60")
        assert (done.code, statuses(done)) == (3, ("stale",) * 3)
        topic = done.topic("orders")
        assert topic["error"]["message"] == "the topic was deleted and created again after this plan"
        assert (topic["live"]["topic_id"], topic["verification"]["topic_id"]) == (id_of(BEFORE), id_of(Later.now))
        assert done.report["run"]["duration_seconds"] < 30


@pytest.mark.parametrize(
    ("moment", "partitions"),
    [("create_topics", 3), ("create_partitions", 2), ("create_partitions", 9), ("incremental_alter_configs", 3)],
)
def test_brokers_are_not_waited_for_to_show_what_somebody_else_changed(
    moment: Api, partitions: int, apply_manifest: ApplyManifest
) -> None:
    """The other changes are verified nevertheless."""
    now = same(partitions=partitions, config={"retention.ms": "7"})
    with Overtaken(moment, {"orders": now}, topics={"orders": BEFORE, "other": Topic()}, brokers=3) as kafka:
        done = apply_manifest(MANIFEST, kafka, "--timeout", "10")
        assert (done.topic("other")["status"], done.topic("other")["verification"]["status"]) == ("applied", "verified")
        assert done.report["run"]["duration_seconds"] < 8


def test_of_a_topic_that_is_found_changed_after_a_refusal_the_rest_may_be_done_by_others_too(
    apply_manifest: ApplyManifest,
) -> None:
    """Somebody is quicker by the time between the look and the write."""
    now = same(partitions=9, config=WANTED)
    with Overtaken("create_partitions", {"orders": now}, topics={"orders": BEFORE, "other": Topic()}) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, statuses(done)) == (3, ("stale", "applied", "applied"))
        assert found_done(done) == {*FIELDS} - {"partitions"}


class Changing(Overtaken):
    """Somebody changes what was found done as soon as the rest is written."""

    def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
        answers = super().answers(node, api, *rest, **more)
        if api == "incremental_alter_configs" and not more["validate_only"]:
            self.topics = {**self.topics, "orders": BEFORE}
        return answers


def test_what_was_found_done_and_is_undone_before_the_end_is_stale(apply_manifest: ApplyManifest) -> None:
    now = same(partitions=3, config=WANTED)
    with Changing("create_topics", {"orders": now}, topics={"orders": BEFORE, "other": Topic()}) as kafka:
        done = apply_manifest(MANIFEST, kafka, "--timeout", "3")
        assert (done.code, statuses(done), written(kafka, "orders")) == (3, ("stale",) * 3, [])


def test_each_request_costs_one_look_however_many_topics_it_has(apply_manifest: ApplyManifest) -> None:
    names = [f"a.topic.{number:04}" for number in range(MAX_TOPICS + 1)]
    with FakeKafka(topics={name: Topic() for name in names}) as kafka:
        lines = "".join(f"  {name}: {{config: {{max.message.bytes: 2000000}}}}\n" for name in names)
        done = apply_manifest(f"version: 1\ntopics:\n{lines}", kafka)
        assert done.code == 0
        assert done.sent("incremental_alter_configs") == 2
        # One for the plan, one before each of the two requests, one to verify.
        assert done.report["statistics"]["requests"]["describe_topics"] == 4
        assert done.report["statistics"]["requests"]["metadata"] == 4


def test_creates_are_sent_without_a_look_and_their_ids_are_in_the_report(
    apply_manifest: ApplyManifest, tmp_path: Path
) -> None:
    with FakeKafka() as kafka:
        done = apply_manifest("version: 1\ntopics: {a: {}, b: {}}\n", kafka)
        looks = [each.api for each in kafka.requests[: [each.api for each in kafka.requests].index("create_topics")]]
        assert "describe_configs" not in looks
        ids = {name: id_of(topic) for name, topic in kafka.topics.items()}
    assert {topic["name"]: topic["verification"]["topic_id"] for topic in done.report["topics"]} == ids
    report = report_in((tmp_path / "report.json").read_bytes(), "report.json")
    assert {name: former.topic_id for name, former in former_ids(report, "report.json").items()} == ids
