"""Verified is what every broker shows: the next plan is empty whichever of them answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply.every_broker import AT_A_LOOK
from tests.support.in_process import report_of
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

BEFORE = {"orders": Topic(), "other": Topic()}
WRITES = {
    "create": "new: {config: {retention.ms: 1000}}",
    "partitions": "orders: {partitions: 3}",
    "config": "orders: {config: {retention.ms: 1000}}",
    "create and config": "new: {}, orders: {config: {retention.ms: 1000}}",
    "partitions and config": "orders: {partitions: 3, config: {retention.ms: 1000}}",
    "partitions of one, config of another": "orders: {partitions: 3}, other: {config: {retention.ms: 1000}}",
}
BROKERS = (1, 2, 3)
AHEAD = 1

Apply = Callable[..., Any]


@pytest.fixture
def apply(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Apply:
    """Apply the topics in this process; the report, with what was said on standard error as ``said``."""

    def run(kafka: FakeKafka, topics: str, *more: str) -> Any:
        (tmp_path / "topics.yaml").write_text(
            f"version: 1\ndefaults: {{allow: [data-loss, partition-increase]}}\ntopics: {{{topics}}}\n"
        )
        # Only what is asked of each broker is to find those that lag behind.
        ahead = f"127.0.0.1:{kafka.ports[AHEAD]}"
        arguments = ["apply", "--yes", "-f", str(tmp_path / "topics.yaml"), "--bootstrap-server", ahead]
        report = report_of(*arguments, *more, report=tmp_path / "report.json")
        return report | {"said": capfd.readouterr().err}

    return run


def verifications(report: Any) -> Mapping[str, tuple[str, str]]:
    return {topic["name"]: (topic["status"], topic["verification"]["status"]) for topic in report["topics"]}


@pytest.mark.parametrize("topics", WRITES.values(), ids=WRITES)
def test_a_broker_that_lags_behind_is_waited_for(topics: str, apply: Apply) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        for node in BROKERS:
            if node != AHEAD:
                kafka.lag(node, looks=5)
        report = apply(kafka, topics)
        assert not kafka.behind
    assert report["run"]["exit_code"] == 0
    assert set(verifications(report).values()) == {("applied", "verified")}


@pytest.mark.parametrize("topics", WRITES.values(), ids=WRITES)
def test_what_a_broker_does_not_show_in_time_is_not_verified(topics: str, apply: Apply) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        kafka.lag(3)
        report = apply(kafka, topics, "--timeout", "1.5")
    assert report["run"]["exit_code"] == 1
    # An ordinary look may have come to the broker that lags behind: then what it shows is a mismatch.
    assert set(verifications(report).values()) <= {("unknown", "not_visible"), ("failed", "mismatch")}
    errors = {topic["error"]["name"]: topic["error"]["message"] for topic in report["topics"]}
    assert errors.keys() <= {"NOT_ON_EVERY_BROKER", "NOT_VISIBLE", "NOT_AS_WRITTEN"}
    # On a busy machine others may not answer in so short a time.
    assert "3 did not show" in errors.get("NOT_ON_EVERY_BROKER", "3 did not show")


def test_what_was_done_before_a_stop_is_not_verified_either_where_a_broker_lags_behind(apply: Apply) -> None:
    stopping = Fault(api="incremental_alter_configs", error=54, message="no")
    with FakeKafka(stopping, topics=BEFORE, brokers=3) as kafka:
        kafka.lag(3)
        report = apply(kafka, WRITES["create and config"], "--timeout", "1.5")
    new, orders = report["topics"]
    assert (new["status"], new["verification"]["status"]) == ("unknown", "not_visible")
    assert orders["status"] == "failed"


@pytest.mark.parametrize("topics", [WRITES["create"], WRITES["partitions"]], ids=["create", "partitions"])
def test_what_was_done_before_the_deadline_is_not_verified_either_where_a_broker_lags_behind(
    topics: str, apply: Apply
) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        kafka.lag(3)
        report = apply(kafka, topics, "--timeout", "120", "--deadline", "4")
    assert report["run"]["exit_code"] == 1
    assert [topic["status"] for topic in report["topics"]] == ["unknown"]
    assert "verified" not in [topic["verification"] and topic["verification"]["status"] for topic in report["topics"]]


def test_a_broker_that_does_not_answer_is_passed_over_and_that_is_logged(apply: Apply) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        kafka.hang(3)
        report = apply(kafka, WRITES["config"], "-vv", "--timeout", "8")
    assert report["run"]["exit_code"] == 0, report["said"]
    assert set(verifications(report).values()) == {("applied", "verified")}
    assert "broker 3 does not answer" in report["said"]


def test_what_somebody_else_changes_meanwhile_is_a_mismatch_and_leaves_the_rest_verified(apply: Apply) -> None:
    class Overtaken(FakeKafka):
        """Somebody changes the topic that was written last as soon as it was seen as written."""

        def answers(self, node: int, api: str, wanted: Mapping[str, Any], *rest: Any, **more: Any) -> Any:
            if api == "describe_configs" and self.is_seen and "orders" in wanted:
                self.topics = self.topics | {"orders": replace(self.topics["orders"], config={"retention.ms": "7"})}
            self.is_seen = api == "describe_configs" and bool(self.topics["orders"].config)
            return super().answers(node, api, wanted, *rest, **more)

        is_seen = False

    with Overtaken(topics=BEFORE, brokers=3) as kafka:
        report = apply(kafka, WRITES["create and config"], "--timeout", "8")
    assert verifications(report) == {"new": ("applied", "verified"), "orders": ("failed", "mismatch")}


def test_what_no_broker_shows_for_a_while_is_looked_for_and_verified_in_the_end(apply: Apply) -> None:
    class Forgetful(FakeKafka):
        """All brokers answer once as if the write had not come, after it was seen."""

        looks = 0

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            if self.topics["orders"].config and api == "describe_configs":
                self.looks += 1
                for each in self.ports if 1 < self.looks < 6 else ():
                    self.behind[each] = BEFORE
                if self.looks == 6:
                    self.behind.clear()
            return super().answers(node, api, *rest, **more)

    with Forgetful(topics=BEFORE, brokers=3) as kafka:
        report = apply(kafka, WRITES["config"])
        assert kafka.looks > 6
    assert set(verifications(report).values()) == {("applied", "verified")}


@pytest.mark.parametrize(("brokers", "more"), [(1, []), (3, [1, 2, 3])], ids=["one broker", "three brokers"])
def test_each_broker_is_asked_once_and_about_few_topics(brokers: int, more: list[int], apply: Apply) -> None:
    names = [f"a.topic.with.a.longer.name.{number:03}" for number in range(150)]
    with FakeKafka(brokers=brokers) as kafka:
        report = apply(kafka, ", ".join(f"{name}: {{}}" for name in names))
        described = kafka.received("describe_configs")
    assert report["summary"]["applied"] == len(names)
    assert [request.topics for request in described[:1]] == [tuple(names)], "the look that finds them"
    assert sorted(request.node for request in described[1:]) == more
    assert all(request.topics is not None and len(request.topics) <= AT_A_LOOK for request in described[1:])
