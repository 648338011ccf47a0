"""What an apply says while it runs, and what its variables do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import Finished, RunReconciler
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault
from tests.wire.proxy import free_port

PASSING = Fault(api="create_topics", topics=["a"], error=41, message="This is not the correct controller")
FOR_EVER = Fault(api="create_topics", topics=["a"], error=41, times=None)


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ntopics: {a: {partitions: 1}, b: {partitions: 2, allow: [partition-increase]}, c: {}}\n"
    )


def apply(reconciler: RunReconciler, kafka: FakeKafka, *more: str, env: dict[str, str] | None = None) -> Finished:
    address = ["--bootstrap-server", kafka.bootstrap_servers]
    return reconciler(
        "apply", "--yes", *address, "-o", "json", *more, env={"RECONCILER_RETRY_DELAY": "0.01"} | (env or {})
    )


def test_a_success_is_quiet_on_standard_error_but_for_the_plan(reconciler: RunReconciler) -> None:
    with FakeKafka(topics={"c": Topic()}) as kafka:
        done = apply(reconciler, kafka)
    assert done.stderr.rstrip().endswith("Plan: 2 to create, 0 to change, 1 unchanged.")


def test_a_retry_is_worth_a_warning(reconciler: RunReconciler) -> None:
    with FakeKafka(PASSING, topics={"c": Topic()}) as kafka:
        done = apply(reconciler, kafka)
    assert done.code == 0
    (line,) = (line for line in done.stderr.splitlines() if "WARNING" in line)
    assert "retrying 1 topic in 0.0 s (NOT_CONTROLLER)" in line


def test_one_line_a_topic_at_info_and_one_an_attempt_at_debug(reconciler: RunReconciler) -> None:
    with FakeKafka(PASSING, topics={"c": Topic()}) as kafka:
        done = apply(reconciler, kafka, "-vv")
    lines = [line.split(maxsplit=3) for line in done.stderr.splitlines() if line.startswith("20")]
    assert [text for _, _, level, text in lines if level == "INFO"] == ["a: applied", "b: applied"]
    attempts = [text for _, _, level, text in lines if level == "DEBUG" and "attempt" in text]
    assert [text.partition(", ")[0] for text in attempts] == [
        "a: create_topics",
        "b: create_topics",
        "a: create_topics",
    ]
    assert "NOT_CONTROLLER (RETRIABLE): This is not the correct controller" in attempts[0]
    assert attempts[2].endswith("accepted")


def test_json_log_lines_are_json_and_nothing_else(reconciler: RunReconciler) -> None:
    with FakeKafka(FOR_EVER) as kafka:
        done = apply(reconciler, kafka, "--log-format", "json", "-v", "-q")
        assert done.stderr == ""
        done = apply(reconciler, kafka, "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    topics = {line["topic"]: (line["level"], line["status"], line["error"]) for line in lines if "status" in line}
    assert topics["a"] == ("INFO", "failed", "NOT_CONTROLLER")
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert {line["level"] for line in lines} == {"INFO", "WARNING"}


def test_librdkafkas_own_lines_come_at_debug(reconciler: RunReconciler) -> None:
    address = f"127.0.0.1:{free_port()}"
    arguments = ["plan", "--bootstrap-server", address, "--timeout", "1", "--log-format", "json"]
    quiet, loud = reconciler(*arguments), reconciler(*arguments, "-v")
    assert (quiet.code, loud.code) == (1, 1)
    assert "reconciler.librdkafka" not in quiet.stderr
    lines = [json.loads(line) for line in loud.stderr.splitlines()]
    assert {line["level"] for line in lines if line["logger"] == "reconciler.librdkafka"} == {"DEBUG"}


def test_without_a_terminal_progress_is_plain_lines(reconciler: RunReconciler, tmp_path: Path) -> None:
    names = [f"a.topic.with.a.longer.name.{number:04}" for number in range(1_200)]
    lines = "".join(f"  {name}: {{partitions: 1}}\n" for name in names)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
    slow = [Fault(api="create_topics", topics=names[first : first + 400], delay=0.7) for first in (0, 400, 800)]
    with FakeKafka(*slow) as kafka:
        done = apply(reconciler, kafka)
    assert re.search(r"^applying: \d+ done, 0 failed, 0 retrying, \d+ remaining$", done.stderr, re.MULTILINE)
    assert "\r" not in done.stderr


@pytest.mark.parametrize(
    ("env", "attempts"),
    [({}, 4), ({"KAFKA_TOPIC_CREATION_RETRIES": "0"}, 1), ({"KAFKA_TOPIC_CREATION_RETRIES": "6"}, 7)],
)
def test_the_number_of_retries(env: dict[str, str], attempts: int, reconciler: RunReconciler) -> None:
    with FakeKafka(FOR_EVER) as kafka:
        done = apply(reconciler, kafka, env=env)
    (topic, *_) = done.report["topics"]
    assert [attempt["number"] for attempt in topic["attempts"]] == list(range(1, attempts + 1))
    assert done.report["statistics"]["retries"] == attempts - 1
    assert done.report["statistics"]["topic_creation_errors"] == 1


def test_the_variables_and_the_flags_mean_the_same(reconciler: RunReconciler) -> None:
    with FakeKafka(FOR_EVER) as kafka:
        env = {"KAFKA_TOPIC_CREATION_RETRIES": "5", "KAFKA_TOPIC_CREATION_RETRY_DELAY": "0"}
        assert len(apply(reconciler, kafka, "--retries", "1", env=env).report["topics"][0]["attempts"]) == 2
    silent = Fault(api="metadata", delay=60, times=None)
    with FakeKafka(silent) as kafka:
        done = apply(reconciler, kafka, env={"KAFKA_TOPIC_CREATION_TIMEOUT": "0.5"})
    assert "within 0.5 s" in done.stderr


def test_statistics(reconciler: RunReconciler) -> None:
    with FakeKafka(PASSING, topics={"c": Topic(partitions=3)}) as kafka:
        done = apply(reconciler, kafka)
    statistics = done.report["statistics"]
    assert statistics["topics_created"] == 2
    assert statistics["topic_creation_errors"] == 0
    assert statistics["retries"] == 1
    assert statistics["requests"]["create_topics"] == 2
    assert list(statistics["durations"]) == ["manifest", "read", "measure", "check", "write", "verify"]
    assert statistics["last_topic_verification"] == max(
        topic["verification"]["checked_at"] for topic in done.report["topics"] if topic["verification"]
    )


@pytest.mark.parametrize("how", ["variable", "flag"])
def test_without_creation_missing_topics_are_reported_and_the_rest_is_done(how: str, reconciler: RunReconciler) -> None:
    more, env = ((), {"KAFKA_TOPIC_AUTO_CREATE": "false"}) if how == "variable" else (("--no-auto-create",), None)
    with FakeKafka(topics={"b": Topic()}) as kafka:
        done = apply(reconciler, kafka, *more, env=env)
        assert done.code == 3
        assert {topic["name"]: topic["status"] for topic in done.report["topics"]} == {
            "a": "refused",
            "b": "applied",
            "c": "refused",
        }
        assert done.report["topics"][0]["refusal"]["kind"] == "creation-off"
        assert "0 to create, 1 to change, 0 unchanged, 2 refused (2 not created: --no-auto-create)." in " ".join(
            done.stderr.split()
        )
        assert kafka.topics == {"b": Topic(partitions=2)}
        kafka.topics |= {"a": Topic(), "c": Topic()}
        assert apply(reconciler, kafka, *more, env=env).code == 0
