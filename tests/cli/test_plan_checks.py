"""What plan and apply make of a broker that is slow, behind, or contradicts itself while it checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import RunReconciler
from tests.wire.fake_cluster import UNKNOWN_TOPIC, Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

COMMANDS = [("plan",), ("apply", "--yes")]
NAMES = [f"a.topic.with.a.longer.name.{number:04}" for number in range(2_400)]


def write_manifest(folder: Path, *lines: str) -> None:
    listed = "".join(f"  {line}\n" for line in lines)
    (folder / "topics.yaml").write_text(f"version: 1\ntopics:\n{listed}")


@pytest.mark.parametrize("command", COMMANDS, ids=["plan", "apply"])
def test_a_check_that_progresses_has_the_time_it_needs(
    command: tuple[str, ...], reconciler: RunReconciler, tmp_path: Path
) -> None:
    write_manifest(
        tmp_path, *(f"{name}: {{partitions: 1}}" for name in NAMES[:-1]), f"{NAMES[-1]}: {{partitions: 9000}}"
    )
    slow = Fault(api="create_topics", delay=0.8, times=None, checks=True)
    with FakeKafka(slow, most_records=5_000) as kafka:
        done = reconciler(*command, "--bootstrap-server", kafka.bootstrap_servers, "--timeout", "4", "-o", "json", "-q")
    assert done.code == 3, done.stderr
    assert [topic["name"] for topic in done.report["topics"] if topic["status"] == "refused"] == [NAMES[-1]]
    assert all(topic["unchecked"] is None for topic in done.report["topics"])
    assert done.report["run"]["duration_seconds"] > 5, "longer than the time limit in all"


@pytest.mark.parametrize("command", COMMANDS, ids=["plan", "apply"])
def test_what_could_not_be_checked_in_time_fails_the_run(
    command: tuple[str, ...], reconciler: RunReconciler, tmp_path: Path
) -> None:
    write_manifest(tmp_path, "a: {partitions: 1}", "b: {config: {retention.ms: 30d}}")
    silent = Fault(api="create_topics", error=7, times=None, checks=True)
    with FakeKafka(silent, topics={"b": Topic()}) as kafka:
        done = reconciler(*command, "--bootstrap-server", kafka.bootstrap_servers, "--timeout", "3", "-o", "json")
        assert kafka.topics == {"b": Topic()}, "nothing is done of a plan that was not checked"
    assert done.code == 1
    assert "the broker did not validate 1 topic within 3 s: REQUEST_TIMED_OUT" in done.stderr
    assert [topic["unchecked"] and topic["unchecked"]["name"] for topic in done.report["topics"]] == [
        "REQUEST_TIMED_OUT",
        None,
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=["plan", "apply"])
def test_a_topic_that_the_metadata_does_not_show_yet_is_not_planned_as_a_create(
    command: tuple[str, ...], reconciler: RunReconciler, tmp_path: Path
) -> None:
    class Behind(FakeKafka):
        """Its metadata shows the topic only once somebody has tried to create it."""

        is_behind = True

        def answers(self, node: int, api: str, wanted: Any, *rest: Any, **more: Any) -> Any:
            if api == "create_topics":
                self.is_behind = False
            answers = super().answers(node, api, wanted, *rest, **more)
            if api == "metadata" and self.is_behind and "late" in answers:
                answers["late"] = UNKNOWN_TOPIC
            return answers

    write_manifest(tmp_path, "late: {partitions: 2}", "new: {}")
    with Behind(topics={"late": Topic(partitions=2)}) as kafka:
        done = reconciler(*command, "--bootstrap-server", kafka.bootstrap_servers, "-o", "json")
    assert done.code == 0, done.stderr
    assert {topic["name"]: topic["action"] for topic in done.report["topics"]} == {"late": "skip", "new": "create"}
