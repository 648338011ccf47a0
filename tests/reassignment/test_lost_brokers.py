"""Brokers that are down before replicas are moved, or go while they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from tests.reassignment.other_tool import OtherTool
from tests.support.command import Finished, process, report_at, wait_until

Run = Callable[..., Finished]
WriteManifest = Callable[[Mapping[str, int]], None]
PARTITIONS, RECORDS, SIZE = 4, 10, 100_000
OPTIONS = ("--yes", "--allow", "replication-change", "--report", "report.json")


def test_more_replicas_of_a_topic_with_a_broker_down_are_refused_with_the_reason(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    tool.place("half-down", [[3, 2]])
    write_manifest({"half-down": 3})
    with tool.without(3):
        planned = plan("--allow", "replication-change")
        (change,) = planned.report["topics"][0]["changes"]
        assert (planned.code, change["verdict"]) == (3, "impossible")
        assert "broker 3, which is down" in change["reason"]
        assert apply().code == 3
    assert tool.replicas("half-down") == [[3, 2]]


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_topic_as_wanted_is_not_suspected_of_moving_because_a_broker_is_down(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run, monkeypatch: pytest.MonkeyPatch, is_asked: bool
) -> None:
    """Where the second client is not installed, nobody can tell either way."""
    name = f"as-wanted-{is_asked}"
    tool.place(name, [[1, 2], [2, 4]])
    write_manifest({name: 2})
    with tool.without(4):
        if not is_asked:
            monkeypatch.setitem(sys.modules, "kafka", None)  # as Python has it for what cannot be imported
        planned = plan("--detailed-exitcode")
        monkeypatch.undo()
    assert (planned.code, planned.report["diagnostics"]) == (0, [])


def test_more_replicas_than_brokers_that_are_up_are_refused_with_the_reason(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run
) -> None:
    tool.place("wants-all", [[1, 2]])
    write_manifest({"wants-all": 4})
    with tool.without(4):
        planned = plan("--allow", "replication-change")
        (change,) = planned.report["topics"][0]["changes"]
        assert (planned.code, change["verdict"]) == (3, "impossible")
        assert "4 replicas need as many brokers, and 3 are up" in change["reason"]


def test_a_broker_that_is_killed_in_the_middle_delays_the_move_and_loses_nothing(
    racked: Sandbox, tool: OtherTool, write_manifest: WriteManifest, apply: Run, tmp_path: Path
) -> None:
    tool.place("goes-on", [[1], [2], [1], [2]])
    tool.write("goes-on", PARTITIONS, RECORDS, SIZE)
    tool.slow_down("goes-on", 200_000)
    write_manifest({"goes-on": 3})
    arguments = ("apply", *OPTIONS, "--timeout", "15", "--bootstrap-server", racked.bootstrap_servers)
    with process(*arguments, cwd=tmp_path) as running:
        wait_until(lambda: "goes-on" in tool.in_flight(), running)
        with tool.without(3):
            assert running.wait(120) == 1
    [topic] = report_at(tmp_path / "report.json")["topics"]
    assert topic["status"] == "unknown"
    tool = OtherTool(racked)  # the old client waits for the broker that was killed
    tool.speed_up("goes-on")
    again = apply("--timeout", "60")
    assert again.code == 0, again.stdout + again.stderr
    assert [len(set(replicas)) for replicas in tool.replicas("goes-on")] == [3] * PARTITIONS
    while tool.in_sync("goes-on") != [3] * PARTITIONS:
        pass  # brokers tell each other a moment later
    tool.assert_has("goes-on", PARTITIONS, RECORDS)
