"""How much a plan shows: every setting, or one line per topic where many are new or that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Finished, RunReconciler
from tests.support.terminal import Terminal
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

NEW = "{partitions: 2, replication_factor: 1, config: {retention.ms: 7d}}"
LINE = "  partitions: 2, replication_factor: 1, retention.ms: 604800000 (7d)"
LEGEND = "Signs: + create  ~ change  - reset to broker default  ! refused"
HINT = "More than 50 topics are new: one line per topic. --no-compact shows every setting."


@pytest.fixture
def kafka() -> Iterator[FakeKafka]:
    topics = {
        "changed": Topic(config={"max.message.bytes": "2000000"}),
        "refused": Topic(partitions=5),
        "same": Topic(),
    }
    with FakeKafka(topics=topics) as fake:
        yield fake


def planned(kafka: FakeKafka, folder: Path, run: RunReconciler, *options: str, new: int = 1) -> Finished:
    manifest(folder, new)
    return run("plan", "--bootstrap-server", kafka.bootstrap_servers, *options, env={"COLUMNS": "100"})


def manifest(folder: Path, new: int) -> None:
    names = [f"new-{number:02}" for number in range(new)]
    topics = [
        *(f"{name}: {NEW}" for name in names),
        "changed: {config: {retention.ms: 1d}}",
        "refused: {partitions: 2}",
    ]
    (folder / "topics.yaml").write_text("version: 1\ntopics:\n  same: {}\n" + "".join(f"  {line}\n" for line in topics))


def test_fifty_new_topics_are_shown_in_full(kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler) -> None:
    done = planned(kafka, tmp_path, reconciler, new=50)
    assert done.stdout.count("  + partitions: 2") == 50
    assert HINT not in done.stdout
    assert done.stdout.splitlines()[-2:] == [LEGEND, "Plan: 50 to create, 1 to change, 1 unchanged, 1 refused."]


def test_more_are_a_line_each_and_the_text_says_how_to_see_all(
    kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler
) -> None:
    lines = planned(kafka, tmp_path, reconciler, new=51).stdout.splitlines()
    assert [line for line in lines if line.startswith("+ ")] == [f"+ new-{number:02}{LINE}" for number in range(51)]
    assert "~ changed  topics.yaml:55" in lines, "no change is left out: where they do not fit a line, they take more"
    assert "  - max.message.bytes: 2000000 (2MB) → (broker default)" in lines
    assert any(line.startswith("  ! partitions: 5 → 2") for line in lines), "what is refused says why"
    assert lines[-3] == HINT
    assert lines[-1] == "Plan: 51 to create, 1 to change, 1 unchanged, 1 refused."


@pytest.mark.parametrize("option", ["--no-compact", "-v"])
def test_whoever_asks_for_all_gets_all(
    option: str, kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler
) -> None:
    done = planned(kafka, tmp_path, reconciler, option, new=51)
    assert done.stdout.count("  + partitions: 2") == 51
    assert HINT not in done.stdout


@pytest.mark.parametrize(("arguments", "env"), [(["--compact"], {}), ([], {"RECONCILER_COMPACT": "true"})])
def test_compact_is_there_for_few_topics_too(
    arguments: list[str], env: dict[str, str], kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler
) -> None:
    manifest(tmp_path, new=1)
    done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers, *arguments, env=env)
    assert f"+ new-00{LINE}\n" in done.stdout
    assert HINT not in done.stdout


def test_a_new_topic_shows_as_many_settings_as_fit(kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler) -> None:
    manifest(tmp_path, new=1)
    arguments = ["plan", "--compact", "--bootstrap-server", kafka.bootstrap_servers]
    narrow = reconciler(*arguments, env={"COLUMNS": "70"}).stdout.splitlines()
    assert "+ new-00  partitions: 2, replication_factor: 1, and 1 more" in narrow
    wide = reconciler(*arguments, env={"COLUMNS": "120"}).stdout.splitlines()
    changes = "max.message.bytes: 2000000 (2MB) → (broker default), retention.ms: 604800000 (7d) → 86400000 (1d)"
    assert f"~ changed  {changes}" in wide


def test_the_legend_has_only_signs_that_are_shown(kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler) -> None:
    only_new = planned(kafka, tmp_path, reconciler, "--only", "new-*").stdout
    assert only_new.splitlines()[-2] == "Signs: + create"
    assert "Signs" not in planned(kafka, tmp_path, reconciler, "--only", "same").stdout
    assert "Signs" not in planned(kafka, tmp_path, reconciler, "-q").stdout


def test_a_file_has_every_setting(kafka: FakeKafka, tmp_path: Path, reconciler: RunReconciler) -> None:
    planned(kafka, tmp_path, reconciler, "--compact", "--report", "report.txt")
    assert "  + retention.ms: 604800000 (7d)" in (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize("option", ["--compact", "-q", "--no-compact"])
def test_whoever_is_asked_sees_every_topic_first(option: str, kafka: FakeKafka, tmp_path: Path) -> None:
    manifest(tmp_path, new=51)
    where = ["--bootstrap-server", kafka.bootstrap_servers]
    terminal = Terminal("apply", *where, option, cwd=tmp_path, env={"NO_COLOR": "1"})
    terminal.read_until("Apply this plan? [y/N]: ")
    assert all(f"+ new-{number:02}  " in terminal.said for number in range(51))
    assert ("  + partitions: 2" in terminal.said) == (option == "--no-compact")
    terminal.answer("n\n")
