"""``apply --cancel-reassignments``: replicas that are being moved go back to where they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.reassignment.slow_moves import RECEIVED, RECORDS, SENT, SlowMoves
from tests.support.command import Finished, RunReconciler


@pytest.fixture(scope="module")
def cluster() -> Iterator[Sandbox]:
    with start(brokers=3) as sandbox:
        yield sandbox


@pytest.fixture
def tool(cluster: Sandbox) -> Iterator[SlowMoves]:
    tool = SlowMoves(cluster)
    yield tool
    tool.end()


@pytest.fixture
def cancel(reconciler: RunReconciler, cluster: Sandbox, tmp_path: Path) -> Callable[..., Finished]:
    """Cancel for a manifest that wants three replicas of each of the topics."""

    def run(topics: Sequence[str], *more: str, output: str = "json") -> Finished:
        lines = "".join(f"  {name}: {{replication_factor: 3}}\n" for name in topics)
        (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
        servers = ("--bootstrap-server", cluster.bootstrap_servers)
        return reconciler("apply", "--cancel-reassignments", "--yes", *servers, "-o", output, *more)

    return run


def codes(done: Finished) -> list[str]:
    return [each["code"] for each in done.report["diagnostics"]]


def test_replicas_go_back_and_the_throttle_goes(tool: SlowMoves, cancel: Callable[..., Finished]) -> None:
    tool.begin("taken-back", [[1], [2], [3]], {0: [1, 2, 3], 2: [3, 1, 2]})
    done = cancel(["taken-back"])
    assert done.code == 0, done.stdout + done.stderr
    assert tool.in_flight() == {}
    assert tool.replicas("taken-back") == [[1], [2], [3]]
    [topic] = done.report["topics"]
    [change] = topic["changes"]
    assert (topic["status"], topic["verification"]["status"]) == ("applied", "verified")
    assert (change["field"], change["before"], change["after"]) == ("replication_factor", 3, 1)
    assert change["reason"] == (
        "its reassignment is taken back: partition 0 goes back to broker 1; partition 2 goes back to broker 3"
    )
    assert codes(done) == ["cancelling", "throttle-removed"]
    while tool.throttles().keys() & {"taken-back", "1", "2", "3"}:
        pass  # each look waits for the brokers
    tool.assert_has("taken-back", 3, RECORDS)


def test_what_is_not_of_the_manifest_and_what_only_balances_brokers_goes_on(
    tool: SlowMoves, cancel: Callable[..., Finished]
) -> None:
    for name, now, then in (
        ("ours", [[1]], {0: [1, 2]}),
        ("left-out", [[1]], {0: [1, 2]}),
        ("of-others", [[1]], {0: [1, 2]}),
        ("balanced", [[2]], {0: [3]}),
    ):
        tool.begin(name, now, then)
    done = cancel(["ours", "left-out", "balanced"], "--only", "ours", "--only", "balanced")
    assert done.code == 0, done.stdout + done.stderr
    assert [topic["name"] for topic in done.report["topics"]] == ["ours"]
    assert tool.in_flight().keys() == {"left-out", "of-others", "balanced"}
    # Others still need the rates.
    assert codes(done) == ["cancelling", "throttle-kept"]
    assert tool.throttles()["1"] == {SENT: "1", RECEIVED: "1"}


def test_nothing_in_flight_is_said_and_done(tool: SlowMoves, cancel: Callable[..., Finished]) -> None:
    tool.place("at-rest", [[1]])
    done = cancel(["at-rest"])
    assert (done.code, done.report["topics"], codes(done)) == (0, [], ["nothing-to-cancel"])
    assert tool.replicas("at-rest") == [[1]]


def test_a_decrease_that_is_under_way_is_taken_back_too(tool: SlowMoves, cancel: Callable[..., Finished]) -> None:
    """With nothing to copy it would be over at once, so the replica that stays is a new one."""
    tool.begin("shrinking", [[1, 2]], {0: [3]})
    done = cancel(["shrinking"])
    [change] = done.report["topics"][0]["changes"]
    assert (change["before"], change["after"]) == (1, 2)
    assert tool.replicas("shrinking") == [[1, 2]]


def test_the_text_shows_what_is_taken_back_before_and_after(tool: SlowMoves, cancel: Callable[..., Finished]) -> None:
    tool.begin("shown", [[2]], {0: [2, 3, 1]})
    done = cancel(["shown"], output="text")
    assert done.code == 0
    assert "replication_factor: 3 → 1" in done.stdout
    assert "partition 0 goes back to broker 2" in done.stdout
    assert "shown: applied, verified" in done.stdout
    assert "this run takes back the reassignment of 1 partition of 1 topic, and applies nothing else" in done.stderr
