"""What the report of an apply has of each partition is what another client sees of it, in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.reassignment.other_tool import OtherTool
from tests.support.command import Finished, RunReconciler

PARTITIONS, RECORDS, SIZE = 4, 50, 100_000
Run = Callable[..., Finished]
WriteManifest = Callable[[Mapping[str, int]], None]


def moves(done: Finished, state: str) -> list[Any]:
    [topic] = done.report["topics"]
    found = [each for each in topic["reassignment"]["moves"] if each["state"] == state]
    assert topic["reassignment"][state] == len(found)
    return found


def test_what_still_moves_at_the_deadline_is_told_by_partition(
    tool: OtherTool, write_manifest: WriteManifest, apply: Run, reconciler: RunReconciler
) -> None:
    tool.place("still", [[1]] * PARTITIONS)
    tool.write("still", PARTITIONS, RECORDS, SIZE)
    tool.slow_down("still", 100_000)
    write_manifest({"still": 2})
    ended = apply("--deadline", "8", "--report", "ended.json")
    moving = moves(ended, "moving")
    assert {each["partition"] for each in moving} == set(tool.in_flight()["still"])
    assert all(0 <= each["copied"] < each["bytes"] for each in moving)
    assert "still: unknown, replicas still being moved\n" in reconciler("render", "ended.json").stdout
    tool.speed_up("still")
    tool.await_settled()


def test_what_was_moved_is_told_by_partition(
    tool: OtherTool, write_manifest: WriteManifest, apply: Run, reconciler: RunReconciler
) -> None:
    tool.place("moved", [[1]] * PARTITIONS)
    tool.write("moved", PARTITIONS, RECORDS, SIZE)
    write_manifest({"moved": 2})
    done = moves(apply("--report", "moved.json"), "done")
    assert [each["before"] for each in done] == [[1]] * PARTITIONS
    assert [each["after"] for each in done] == tool.replicas("moved")
    assert all(each["copied"] == each["bytes"] >= RECORDS * SIZE for each in done if each["bytes"] is not None)
    assert "<summary>replicas by partition</summary>" in reconciler("render", "moved.json", "-o", "html").stdout
