"""A replication factor in the manifest is that many replicas, on as many racks, with all records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import cycle, islice
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.reassignment.other_tool import OtherTool, Placed
from tests.support.command import Finished, RunReconciler

PARTITIONS, RECORDS = 6, 200

Run = Callable[..., Finished]
WriteManifest = Callable[[Mapping[str, int]], None]


def on(partitions: int, *replicas: tuple[int, ...]) -> Placed:
    """The brokers of so many partitions, the given ones in turn."""
    return [list(each) for each in islice(cycle(replicas), partitions)]


def racks_of(placed: Placed, sandbox: Sandbox) -> list[set[str]]:
    """The racks that each partition has replicas in."""
    racks = {broker.node_id: broker.rack for broker in sandbox.brokers}
    return [{racks[broker] for broker in replicas} for replicas in placed]


def uneven_by(brokers: list[int], sandbox: Sandbox) -> int:
    """How many more times than the least frequent broker the most frequent one is there."""
    load = Counter(brokers)
    numbers = [load[broker.node_id] for broker in sandbox.brokers]
    return max(numbers) - min(numbers)


def assert_converged(plan: Run, tool: OtherTool) -> None:
    """Nothing is left to do, and nothing is being moved or throttled."""
    again = plan("--detailed-exitcode")
    assert again.code == 0, again.stdout
    assert tool.in_flight() == {}
    assert tool.throttles() == {}


def test_one_replica_becomes_three_on_three_racks_with_every_record(
    racked: Sandbox, tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    tool.place("growing", on(PARTITIONS, (1,), (2,)))
    tool.write("growing", PARTITIONS, RECORDS)
    write_manifest({"growing": 3})
    before = plan()
    (change,) = before.report["topics"][0]["changes"]
    assert (before.code, change["verdict"], change["consent"]["kind"]) == (3, "risky", "replication-change")
    assert change["consent"]["given_by"] is None
    done = apply()
    assert done.code == 0, done.stdout + done.stderr
    placed = tool.replicas("growing")
    assert [len(set(replicas)) for replicas in placed] == [3] * PARTITIONS
    assert all(len(racks) == 3 for racks in racks_of(placed, racked)), placed
    assert all(was[0] in now for was, now in zip(on(PARTITIONS, (1,), (2,)), placed, strict=True)), "copied needlessly"
    while tool.in_sync("growing") != [3] * PARTITIONS:
        pass  # brokers tell each other a moment later
    assert uneven_by([replicas[0] for replicas in placed], racked) <= 1, placed
    tool.assert_has("growing", PARTITIONS, RECORDS)
    assert_converged(plan, tool)


def test_three_replicas_become_two_of_those_that_were_there(
    racked: Sandbox, tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    before = on(PARTITIONS, (1, 2, 3), (2, 3, 4), (3, 4, 2))
    tool.place("shrinking", before)
    tool.write("shrinking", PARTITIONS, RECORDS)
    write_manifest({"shrinking": 2})
    change = next(each for each in plan().report["topics"][0]["changes"] if each["field"] == "replication_factor")
    assert (change["verdict"], change["consent"]["kind"]) == ("risky", "durability-loss")
    done = apply()
    assert done.code == 0, done.stdout + done.stderr
    placed = tool.replicas("shrinking")
    assert all(set(now) < set(was) and len(now) == 2 for was, now in zip(before, placed, strict=True)), placed
    assert all(len(racks) == 2 for racks in racks_of(placed, racked)), placed
    assert all(now[0] == was[0] for was, now in zip(before, placed, strict=True)), "the leader was to stay"
    tool.assert_has("shrinking", PARTITIONS, RECORDS)


def test_consent_to_a_replication_change_is_enough_for_fewer_replicas(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run
) -> None:
    tool.place("fewer", on(1, (1, 2, 3)))
    write_manifest({"fewer": 1})
    assert plan().code == 3
    assert plan("--allow", "replication-change").code == 0
    assert plan("--allow", "durability-loss").code == 0


def test_fewer_replicas_than_min_insync_replicas_are_impossible(tool: OtherTool, plan: Run, tmp_path: Path) -> None:
    tool.place("guarded", on(1, (1, 2, 3)), {"min.insync.replicas": "2"})
    manifest = "version: 1\npolicy: {extra_config: keep}\ntopics: {guarded: {replication_factor: 1}}\n"
    (tmp_path / "topics.yaml").write_text(manifest)
    done = plan("--allow", "replication-change")
    (change,) = done.report["topics"][0]["changes"]
    assert (done.code, change["verdict"]) == (3, "impossible")
    assert "min.insync.replicas is 2" in change["reason"]


def test_fifty_topics_of_every_kind_change_at_once(
    racked: Sandbox, tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    kinds: list[tuple[Placed, int]] = [
        (on(3, (1,)), 3),  # 1 to 3
        (on(3, (2, 3)), 3),  # 2 to 3
        (on(3, (3, 1, 2), (4, 2, 3)), 2),  # 3 to 2
        (on(1, (4,)), 2),
        (on(3, (1,)), 3),  # two of whose partitions get more before: 1, 2, and 3 replicas to 3
    ]
    topics = {f"many.{number:02}": kinds[number % len(kinds)] for number in range(50)}
    tool.place_all({name: before for name, (before, _) in topics.items()})
    for name, (before, _) in topics.items():
        tool.write(name, len(before), 20)
    for name in list(topics)[4::5]:
        tool.move(name, {1: [1, 2], 2: [1, 2, 3]})
    tool.await_settled()
    write_manifest({name: factor for name, (_, factor) in topics.items()})
    done = apply()
    assert done.code == 0, done.stdout[-3000:] + done.stderr
    assert done.report["summary"]["applied"] == 50
    for name, (before, factor) in topics.items():
        placed = tool.replicas(name)
        assert [len(set(replicas)) for replicas in placed] == [factor] * len(before), name
        assert all(len(racks) == factor for racks in racks_of(placed, racked)), (name, placed)
    tool.assert_all_have({name: len(before) for name, (before, _) in topics.items()}, 20)
    one_partition = [tool.replicas(name)[0] for name, (before, _) in topics.items() if len(before) == 1]
    assert uneven_by([broker for replicas in one_partition for broker in set(replicas) - {4}], racked) <= 10
    assert_converged(plan, tool)


def test_a_new_topic_is_on_as_many_racks_as_its_replicas_can_be(
    racked: Sandbox, tool: OtherTool, reconciler: RunReconciler, tmp_path: Path
) -> None:
    """By the broker's own placement, also where a rack has twice as many brokers as another."""
    names = [f"new.{replicas}" for replicas in (2, 3, 4)]
    lines = "".join(f"  {name}: {{partitions: 40, replication_factor: {name[-1]}}}\n" for name in names)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
    done = reconciler("apply", "--yes", "--bootstrap-server", racked.bootstrap_servers)
    assert done.code == 0, done.stdout + done.stderr
    for name in names:
        racks = racks_of(tool.replicas(name), racked)
        assert [len(each) for each in racks] == [min(int(name[-1]), 3)] * 40, name


def test_an_undo_changes_it_back_and_keeps_the_records(
    tool: OtherTool, write_manifest: WriteManifest, plan: Run, apply: Run
) -> None:
    tool.place("there-and-back", on(3, (1,), (2,)))
    tool.write("there-and-back", 3, RECORDS)
    write_manifest({"there-and-back": 3})
    assert apply("--report", "raised.json").code == 0
    done = apply("--undo", "raised.json")
    assert done.code == 0, done.stdout + done.stderr
    assert [len(replicas) for replicas in tool.replicas("there-and-back")] == [1, 1, 1]
    tool.assert_has("there-and-back", 3, RECORDS)
    assert plan("--undo", "raised.json", "--detailed-exitcode").code == 0
