"""Everything that can go wrong with a request of plan, and what the plan says of it.

The client is real; the broker is scripted, because a real one does not fail on demand.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.in_process import report_of
from tests.wire.classes import EXPECTED, FATAL_FOR_RUN, FATAL_FOR_TOPIC, PASSES
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

VICTIMS: dict[Api, str] = {
    "create_topics": "new.a",
    "create_partitions": "grown.a",
    "incremental_alter_configs": "altered.a",
}
CHECKS = list(VICTIMS)
MANIFEST = """
version: 1
defaults: {allow: [data-loss, partition-increase]}
topics:
  altered.a: {config: {retention.ms: 1000}}
  altered.b: {config: {retention.ms: 1000}}
  grown.a: {partitions: 3}
  grown.b: {partitions: 3}
  new.a: {partitions: 2}
  new.b: {partitions: 2}
  same: {partitions: 1}
"""
BEFORE = {name: Topic() for name in ("altered.a", "altered.b", "grown.a", "grown.b", "same")}
NOT_ALLOWED = (29, 31)
REFUSES = [code for code in (*FATAL_FOR_TOPIC, *FATAL_FOR_RUN) if code not in NOT_ALLOWED]
READS: list[Api] = ["metadata", "describe_configs"]
UNKNOWN_TOPIC = 3

Plan = Callable[..., Any]


@pytest.fixture
def plan(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Plan:
    """Plan against a scripted Kafka, which is the same afterwards; the report."""

    def run(kafka: FakeKafka, *more: str) -> Any:
        (tmp_path / "topics.yaml").write_text(MANIFEST)
        before = dict(kafka.topics)
        arguments = ["plan", "-f", str(tmp_path / "topics.yaml"), "--bootstrap-server", kafka.bootstrap_servers]
        report = report_of(*arguments, *more, report=tmp_path / "report.json")
        capfd.readouterr()
        assert kafka.topics == before
        return report

    return run


def statuses(report: Any) -> dict[str, str]:
    return {topic["name"]: topic["status"] for topic in report["topics"]}


def planned_but(**others: str) -> dict[str, str]:
    named = {name.replace("_", "."): status for name, status in others.items()}
    return dict.fromkeys(BEFORE, "planned") | {"new.a": "planned", "new.b": "planned", "same": "unchanged"} | named


def on_victim(api: Api, code: int, times: int | None = 1) -> Fault:
    return Fault(api=api, topics=[VICTIMS[api]], error=code, message="the broker's words", times=times, checks=True)


def topic_in(report: Any, api: Api) -> Any:
    return next(topic for topic in report["topics"] if topic["name"] == VICTIMS[api])


@pytest.mark.parametrize("code", PASSES)
@pytest.mark.parametrize("api", CHECKS)
def test_a_check_that_fails_in_a_way_that_passes_is_asked_again(api: Api, code: int, plan: Plan) -> None:
    with FakeKafka(on_victim(api, code), topics=BEFORE) as kafka:
        report = plan(kafka)
        assert not kafka.faults_left()
    assert (report["run"]["exit_code"], statuses(report)) == (0, planned_but())
    assert all(topic["unchecked"] is None for topic in report["topics"])


@pytest.mark.parametrize("code", [code for code in PASSES if code != UNKNOWN_TOPIC])
def test_a_check_that_never_gets_its_answer_fails_the_run(code: int, plan: Plan) -> None:
    with FakeKafka(on_victim("create_topics", code, times=None), topics=BEFORE) as kafka:
        report = plan(kafka, "--timeout", "1.5")
    assert report["run"]["exit_code"] == 1
    assert [each["code"] for each in report["diagnostics"]] == ["not-checked"]
    assert [topic["name"] for topic in report["topics"] if topic["unchecked"]] == ["new.a"]


@pytest.mark.parametrize("code", REFUSES)
@pytest.mark.parametrize("api", CHECKS)
def test_what_the_broker_refuses_for_good_is_refused_in_the_plan(api: Api, code: int, plan: Plan) -> None:
    with FakeKafka(on_victim(api, code, times=None), topics=BEFORE) as kafka:
        report = plan(kafka)
    assert report["run"]["exit_code"] == 3
    assert statuses(report) == planned_but(**{VICTIMS[api].replace(".", "_"): "refused"})
    error = topic_in(report, api)["error"]
    assert (error["code"], error["class"], error["message"]) == (code, "FATAL", "the broker's words")


@pytest.mark.parametrize("code", NOT_ALLOWED)
@pytest.mark.parametrize("api", CHECKS)
def test_only_a_missing_permission_leaves_a_topic_unchecked(api: Api, code: int, plan: Plan) -> None:
    with FakeKafka(on_victim(api, code, times=None), topics=BEFORE) as kafka:
        report = plan(kafka)
    assert (report["run"]["exit_code"], statuses(report)) == (0, planned_but())
    assert topic_in(report, api)["unchecked"]["code"] == code
    assert sum(topic["unchecked"] is not None for topic in report["topics"]) == 1


@pytest.mark.parametrize("code", [*EXPECTED, UNKNOWN_TOPIC])
def test_a_broker_that_contradicts_itself_for_ever_leaves_the_topic_unreadable(code: int, plan: Plan) -> None:
    with FakeKafka(on_victim("create_topics", code, times=None), topics=BEFORE) as kafka:
        report = plan(kafka)
    assert (report["run"]["exit_code"], statuses(report)) == (1, planned_but(new_a="unknown"))
    assert topic_in(report, "create_topics")["action"] == "unreadable"


@pytest.mark.parametrize("api", [*READS, *CHECKS])
@pytest.mark.parametrize("how", [{"cut": "before"}, {"cut": "after"}, {"garbage": True}, {"short": True}], ids=str)
def test_an_answer_that_is_lost_is_asked_for_again(api: Api, how: dict[str, Any], plan: Plan) -> None:
    with FakeKafka(Fault(api=api, checks=api in CHECKS, **how), topics=BEFORE) as kafka:
        report = plan(kafka)
        assert not kafka.faults_left()
    assert (report["run"]["exit_code"], statuses(report)) == (0, planned_but())


@pytest.mark.parametrize("code", [*FATAL_FOR_TOPIC, *FATAL_FOR_RUN])
def test_a_topic_whose_configuration_cannot_be_read_is_unreadable_and_no_other(code: int, plan: Plan) -> None:
    fault = Fault(api="describe_configs", topics=["altered.a"], error=code, times=None)
    with FakeKafka(fault, topics=BEFORE) as kafka:
        report = plan(kafka)
    assert (report["run"]["exit_code"], statuses(report)) == (1, planned_but(altered_a="unknown"))
    assert topic_in(report, "incremental_alter_configs")["error"]["code"] == code
