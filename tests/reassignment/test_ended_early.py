"""A run that ends while replicas are being moved: they go on, the report says so, the next run picks them up."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.reassignment.other_tool import OtherTool
from tests.support.command import Finished, process, report_at, wait_until

Run = Callable[..., Finished]
WriteManifest = Callable[[Mapping[str, int]], None]
PARTITIONS, RECORDS, SIZE = 30, 5, 100_000
OPTIONS = ("--yes", "--allow", "replication-change", "--allow", "durability-loss", "--report", "report.json")


@pytest.fixture
def slow(tool: OtherTool, write_manifest: WriteManifest, request: pytest.FixtureRequest) -> str:
    """A topic of one replica with 15 MB that is to get three, which are copied slowly until ``speed_up``."""
    name = re.sub(r"[^\w-]", "-", request.node.name.removeprefix("test_"))[:100]
    tool.place(name, [[1]] * PARTITIONS)
    tool.write(name, PARTITIONS, RECORDS, SIZE)
    tool.slow_down(name, 100_000)
    write_manifest({name: 3})
    return name


def assert_all_three(tool: OtherTool, name: str) -> None:
    assert [len(set(replicas)) for replicas in tool.replicas(name)] == [3] * PARTITIONS
    tool.assert_has(name, PARTITIONS, RECORDS)


def test_at_the_deadline_the_report_says_what_still_moves_and_the_next_run_waits_for_it(
    slow: str, tool: OtherTool, apply: Run
) -> None:
    done = apply("--deadline", "8")
    assert done.code == 1, done.stdout + done.stderr
    [topic] = done.report["topics"]
    assert (topic["status"], topic["verification"]["status"]) == ("unknown", "not_visible")
    states = [each["state"] for each in topic["reassignment"]["moves"]]
    assert states.count("moving") >= len(tool.in_flight()[slow]) > 0
    tool.speed_up(slow)
    again = apply("--timeout", "60")
    assert again.code == 0, again.stdout + again.stderr
    assert tool.in_flight() == {}
    assert_all_three(tool, slow)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_in_the_middle_is_finished_by_the_next(
    number: signal.Signals,
    slow: str,
    tool: OtherTool,
    apply: Run,
    tmp_path: Path,
) -> None:
    with process("apply", *OPTIONS, "--bootstrap-server", tool.servers, cwd=tmp_path) as running:
        wait_until(lambda: slow in tool.in_flight(), running)
        os.kill(running.pid, number)
        code = running.wait(60)
    assert code in {128 + number, -number}
    if number is not signal.SIGKILL:
        [topic] = report_at(tmp_path / "report.json")["topics"]
        assert topic["status"] == "unknown"
    assert slow in tool.in_flight()
    tool.speed_up(slow)
    again = apply("--timeout", "60")
    assert again.code == 0, again.stdout + again.stderr
    assert_all_three(tool, slow)
    assert tool.in_flight() == {}


def test_min_insync_replicas_is_raised_when_the_replicas_are_there_and_producers_go_on_meanwhile(
    slow: str, tool: OtherTool, tmp_path: Path
) -> None:
    config = "{replication_factor: 3, config: {min.insync.replicas: 2}}"
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{slow}: {config}}}\n")
    with process("apply", *OPTIONS, "--bootstrap-server", tool.servers, cwd=tmp_path) as running:
        wait_until(lambda: slow in tool.in_flight(), running)
        assert "min.insync.replicas" not in tool.overrides(slow)
        tool.produce(slow, [1_700_000_000_000])  # acks=all
        tool.speed_up(slow)
        assert running.wait(120) == 0
    assert tool.overrides(slow) == {"min.insync.replicas": "2"}
    [topic] = report_at(tmp_path / "report.json")["topics"]
    assert {change["status"] for change in topic["changes"]} == {"applied"}
