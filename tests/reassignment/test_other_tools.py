"""Replicas that another tool is moving: never started anew, never taken for drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.reassignment.other_tool import OtherTool
from tests.support.command import Finished

Run = Callable[..., Finished]
WriteManifest = Callable[[Mapping[str, int]], None]
SIZE, RECORDS = 100_000, 40


def test_a_move_to_the_wanted_number_is_waited_for_and_not_started_anew(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    tool.place("moved-by-another", [[1]])
    tool.write("moved-by-another", 1, RECORDS, SIZE)
    tool.slow_down("moved-by-another", 400_000)
    tool.move("moved-by-another", {0: [1, 4, 2]})  # two replicas in one rack, which our placement would not choose
    write_manifest({"moved-by-another": 3})
    assert plan("--detailed-exitcode").code == 0
    assert "moved-by-another" in tool.in_flight()
    done = apply("--timeout", "60")
    assert done.code == 0, done.stdout + done.stderr
    assert tool.in_flight() == {}
    assert tool.replicas("moved-by-another") == [[1, 4, 2]]
    while tool.in_sync("moved-by-another") != [3]:
        pass  # brokers tell each other a moment later
    tool.speed_up("moved-by-another")


def test_a_move_to_another_number_makes_a_change_impossible_and_is_left_alone(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    tool.place("moved-elsewhere", [[2]])
    tool.write("moved-elsewhere", 1, RECORDS, SIZE)
    tool.slow_down("moved-elsewhere", 1)
    tool.move("moved-elsewhere", {0: [2, 3]})
    write_manifest({"moved-elsewhere": 3})
    planned = plan()
    (change,) = planned.report["topics"][0]["changes"]
    assert (planned.code, change["verdict"]) == (3, "impossible")
    assert "being moved" in change["reason"]
    assert apply().code == 3
    assert tool.in_flight()["moved-elsewhere"] == {0: ([3], [])}
    tool.speed_up("moved-elsewhere")
    tool.await_settled()
    assert apply().code == 0
    assert len(tool.replicas("moved-elsewhere")[0]) == 3


def test_a_balancing_move_of_another_tool_is_not_waited_for(
    tool: OtherTool, write_manifest: WriteManifest, apply: Run
) -> None:
    tool.place("balanced", [[3, 2]])
    tool.write("balanced", 1, RECORDS, SIZE)
    tool.slow_down("balanced", 1)
    tool.move("balanced", {0: [3, 4]})
    write_manifest({"balanced": 2})
    done = apply()
    assert done.code == 0, done.stdout + done.stderr
    assert tool.in_flight()["balanced"] == {0: ([4], [2])}
    tool.speed_up("balanced")
    tool.await_settled()
