"""The throttle of replicas that are moved: it limits, it goes when they are in place, and those of others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from reconciler import TopicSpec, ensure_topics
from reconciler.clock import TimeLimit
from reconciler.cluster.throttles import Throttles
from reconciler.cluster.writer import WritingConnection
from reconciler.errors import Diagnostic
from reconciler.model import Move, Throttled
from reconciler.sandbox import Sandbox, start
from tests.reassignment.slow_moves import FOLLOWERS, LEADERS, RECEIVED, SENT, SlowMoves
from tests.support.command import Finished, RunReconciler, process, wait_until

BYTES, RECORDS = 500_000, 12
RATE = 2_000_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Sandbox]:
    with start(brokers=3) as sandbox:
        yield sandbox


@pytest.fixture
def tool(cluster: Sandbox) -> Iterator[SlowMoves]:
    """Another tool; nothing of what it throttled or moved is left for the next test."""
    tool = SlowMoves(cluster)
    yield tool
    tool.end()
    for name in tool.admin.list_topics(timeout=60).topics:
        tool.delete(name)


@pytest.fixture
def noted() -> list[Diagnostic]:
    return []


@pytest.fixture
def throttles(cluster: Sandbox, noted: list[Diagnostic]) -> Iterator[Callable[..., Throttles]]:
    """Makes the throttle of one run."""
    connection = WritingConnection({"bootstrap.servers": cluster.bootstrap_servers}, limit=TimeLimit(60))

    def make(rate: int | None = RATE, left: Mapping[str, Throttled] | None = None) -> Throttles:
        return Throttles(connection, left=left or {}, bytes_per_second=rate, note=noted.append)

    yield make
    connection.close()


@pytest.fixture
def apply(reconciler: RunReconciler, cluster: Sandbox, tmp_path: Path) -> Callable[..., Finished]:
    """Apply a manifest that wants one replica of each of the topics."""

    def run(*topics: str, command: tuple[str, ...] = ("apply", "--yes"), factor: int = 1) -> Finished:
        lines = "".join(f"  {name}: {{replication_factor: {factor}}}\n" for name in topics)
        (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
        return reconciler(*command, "--bootstrap-server", cluster.bootstrap_servers, "-o", "json")

    return run


def codes(done: Finished) -> list[str]:
    return [each["code"] for each in done.report["diagnostics"]]


def test_a_throttle_is_on_while_replicas_are_moved_and_gone_afterwards(
    tool: SlowMoves, throttles: Callable[..., Throttles], noted: list[Diagnostic]
) -> None:
    tool.place("limited", [[1]])
    tool.write("limited", 1, RECORDS, BYTES)
    moves = {"limited": [Move(0, (1,), (1, 2))]}
    throttle = throttles(1)
    assert throttle.put_on(moves) is None
    tool.move("limited", {0: [1, 2]})
    throttle.take_off()  # too early, so nothing happens
    assert [each.code for each in noted] == ["throttle-kept"]
    while tool.throttles().keys() < {"limited", "1", "2"}:
        pass  # each look waits for the brokers, which learn of the rates soon
    rates = {SENT: "1", RECEIVED: "1"}
    assert tool.throttles() == {"limited": {LEADERS: "0:1", FOLLOWERS: "0:2"}, "1": rates, "2": rates}
    faster = throttles(500_000_000, {"limited": Throttled.in_config(tool.overrides("limited"))})
    assert faster.put_on(moves) is None
    tool.await_settled()
    faster.take_off()
    while tool.throttles():
        pass  # likewise


def test_without_a_rate_or_replicas_to_copy_nothing_is_asked_or_set(
    tool: SlowMoves, throttles: Callable[..., Throttles]
) -> None:
    tool.place("unlimited", [[1, 2]])
    assert throttles(None).put_on({"unlimited": [Move(0, (1, 2), (1, 3))]}) is None
    assert throttles().put_on({"unlimited": [Move(0, (1, 2), (1,))]}) is None
    assert tool.throttles() == {}


def test_a_throttle_that_a_killed_run_left_is_told_and_removed_by_the_next_apply(
    tool: SlowMoves, throttles: Callable[..., Throttles], apply: Callable[..., Finished]
) -> None:
    tool.place("left-over", [[1]])
    throttles().put_on({"left-over": [Move(0, (1,), (1, 3))]})  # killed before anything was moved
    for command in (("plan",), ("drift",)):
        seen = apply("left-over", command=command)
        assert (seen.code, codes(seen)) == (0, ["throttle-left"])
        assert tool.overrides("left-over") == {LEADERS: "0:1", FOLLOWERS: "0:3"}
    done = apply("left-over")
    assert (done.code, codes(done)) == (0, ["throttle-left", "throttle-removed"])
    assert "2000000 bytes/s" in done.report["diagnostics"][1]["message"]
    while tool.throttles():
        pass  # each look waits for the brokers
    assert codes(apply("left-over")) == []


def test_nothing_is_removed_while_another_tool_moves_replicas_anywhere(
    tool: SlowMoves, throttles: Callable[..., Throttles], apply: Callable[..., Finished]
) -> None:
    tool.place("left-behind", [[1]])
    throttles().put_on({"left-behind": [Move(0, (1,), (1, 3))]})
    tool.begin("moved-by-others", [[2]], {0: [3]})
    before = tool.throttles()
    done = apply("left-behind")
    assert done.code == 0
    assert codes(done)[-1] == "throttle-kept"
    assert "replicas of 1 partition are still being moved" in done.report["diagnostics"][-1]["message"]
    assert tool.throttles() == before
    tool.end()
    assert codes(apply("left-behind"))[-1] == "throttle-removed"


def test_the_rate_that_somebody_else_gave_a_broker_counts_and_stays(
    tool: SlowMoves, throttles: Callable[..., Throttles], noted: list[Diagnostic]
) -> None:
    tool.set_rates(2, {RECEIVED: "777777"})
    tool.place("shared", [[1]])
    throttle = throttles()
    assert throttle.put_on({"shared": [Move(0, (1,), (1, 2))]}) is None
    assert [(each.code, each.message) for each in noted] == [
        ("throttle-of-others", f"broker 2 already has {RECEIVED}=777777, so that rate counts there")
    ]
    while tool.throttles().get("2") != {SENT: str(RATE), RECEIVED: "777777"}:
        pass  # each look waits for the brokers
    throttle.take_off()
    while tool.throttles() != {"2": {RECEIVED: "777777"}}:
        pass  # likewise


def test_a_run_that_goes_on_may_have_another_rate_than_the_one_before_it(
    tool: SlowMoves, throttles: Callable[..., Throttles], noted: list[Diagnostic]
) -> None:
    tool.place("resumed", [[1], [2]])
    throttles().put_on({"resumed": [Move(0, (1,), (1, 2))]})
    left = {"resumed": Throttled.in_config(tool.overrides("resumed"))}
    throttle = throttles(3 * RATE, left)
    throttle.put_on({"resumed": [Move(1, (2,), (2, 1))]})
    assert noted == []
    assert tool.overrides("resumed") == {LEADERS: "0:1,1:2", FOLLOWERS: "0:2,1:1"}
    while {of.get(SENT) for name, of in tool.throttles().items() if name != "resumed"} != {str(3 * RATE)}:
        pass  # each look waits for the brokers
    throttle.take_off()
    while tool.throttles():
        pass  # likewise


def test_a_standing_throttle_of_all_replicas_is_left_alone(tool: SlowMoves, apply: Callable[..., Finished]) -> None:
    tool.place("standing", [[1]], {LEADERS: "*", FOLLOWERS: "*"})
    done = apply("standing")
    assert (done.code, codes(done)) == (0, [])
    assert tool.overrides("standing") == {LEADERS: "*", FOLLOWERS: "*"}


def test_without_the_second_client_a_throttle_stays_with_the_reason(
    tool: SlowMoves,
    throttles: Callable[..., Throttles],
    apply: Callable[..., Finished],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tool.place("unsure", [[1]])
    throttles().put_on({"unsure": [Move(0, (1,), (1, 2))]})
    with monkeypatch.context() as without:
        without.setattr("reconciler.cluster.second_client.is_installed", lambda: False)
        done = apply("unsure")
    assert done.code == 0
    assert codes(done)[-1] == "throttle-kept"
    assert "install kafka-topic-reconciler[reassign]" in done.report["diagnostics"][-1]["message"]
    assert tool.overrides("unsure") == {LEADERS: "0:1", FOLLOWERS: "0:2"}
    assert codes(apply("unsure"))[-1] == "throttle-removed"


def test_what_fails_half_way_leaves_the_names_by_which_it_is_found(
    tool: SlowMoves, throttles: Callable[..., Throttles], noted: list[Diagnostic]
) -> None:
    tool.place("half-way", [[1]])
    throttle = throttles(-1)  # which brokers refuse, after the names are set
    failure = throttle.put_on({"half-way": [Move(0, (1,), (1, 2))]})
    assert failure is not None
    assert failure.name == "INVALID_REQUEST"
    while tool.throttles() != {"half-way": {LEADERS: "0:1", FOLLOWERS: "0:2"}}:
        pass  # each look waits for the brokers
    throttle.take_off()
    assert noted == []
    while tool.throttles():
        pass  # likewise


def test_while_a_broker_is_down_that_may_have_a_rate_the_names_stay(noted: list[Diagnostic]) -> None:
    soon = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}
    with start(brokers=3, properties=soon) as sandbox:
        tool = SlowMoves(sandbox)
        tool.place("down", [[1]])
        connection = WritingConnection({"bootstrap.servers": sandbox.bootstrap_servers}, limit=TimeLimit(60))
        throttle = Throttles(connection, left={}, bytes_per_second=RATE, note=noted.append)
        throttle.put_on({"down": [Move(0, (1,), (1, 3))]})
        with tool.without(3):
            throttle.take_off()
        assert [(each.code, each.message) for each in noted] == [
            ("throttle-kept", "the replication throttle of 'down' stays: broker 3 cannot be asked for its rate")
        ]
        while "3" not in tool.throttles():
            pass  # likewise
        assert tool.throttles().keys() == {"down", "3"}
        throttle.take_off()
        while tool.throttles():
            pass  # likewise
        connection.close()


def test_a_service_that_starts_removes_nothing(tool: SlowMoves, cluster: Sandbox) -> None:
    tool.place("of-a-service", [[1]], {LEADERS: "0:1"})
    needs = [TopicSpec(name="of-a-service", partitions=1)]
    ensured = ensure_topics(topics=needs, properties={"bootstrap.servers": cluster.bootstrap_servers})
    assert ensured.existing == ["of-a-service"]
    assert tool.overrides("of-a-service") == {LEADERS: "0:1"}


@pytest.fixture
def wanting(tmp_path: Path) -> Callable[..., None]:
    """Writes a manifest that wants so many replicas of a topic."""

    def write(topic: str, factor: int) -> None:
        (tmp_path / "topics.yaml").write_text(
            f"version: 1\ntopics: {{{topic}: {{replication_factor: {factor}, allow: [replication-change]}}}}\n"
        )

    return write


def test_an_apply_with_the_option_takes_its_time_and_leaves_no_throttle(
    reconciler: RunReconciler, wanting: Callable[..., None]
) -> None:
    """On brokers that have copied nothing in the last ten seconds, by whose average they measure."""
    wanting("slowly", 2)
    with start(brokers=2) as fresh:
        tool = SlowMoves(fresh)
        tool.place("slowly", [[1]])
        tool.write("slowly", 1, RECORDS, BYTES)
        servers = ("--bootstrap-server", fresh.bootstrap_servers)
        done = reconciler("apply", "--yes", "--reassign-throttle", "2MB/s", *servers, "-o", "json")
        assert (done.code, codes(done)) == (0, []), done.stdout + done.stderr
        # They allow a burst first, so not the whole time can be asked for.
        assert done.report["run"]["duration_seconds"] > BYTES * RECORDS / RATE / 2
        assert len(tool.replicas("slowly")[0]) == 2
        while tool.throttles():
            pass  # each look waits for the brokers


def test_a_killed_run_is_picked_up_at_another_rate_and_its_throttle_is_removed(
    *,
    tool: SlowMoves,
    reconciler: RunReconciler,
    cluster: Sandbox,
    wanting: Callable[..., None],
    tmp_path: Path,
) -> None:
    tool.place("killed", [[1]])
    tool.write("killed", 1, RECORDS, BYTES)
    wanting("killed", 3)
    servers = ("--bootstrap-server", cluster.bootstrap_servers)
    with process("apply", "--yes", "--reassign-throttle", "1", *servers, cwd=tmp_path) as running:
        wait_until(lambda: "killed" in tool.in_flight(), running)
        running.kill()
    assert tool.throttles()["killed"] == {LEADERS: "0:1", FOLLOWERS: "0:2,0:3"}
    done = reconciler("apply", "--yes", "--reassign-throttle", "500MB", *servers, "-o", "json")
    assert done.code == 0, done.stdout + done.stderr
    assert codes(done)[-1] == "throttle-removed"
    assert sorted(tool.replicas("killed")[0]) == [1, 2, 3]
    while tool.throttles():
        pass  # each look waits for the brokers


def test_a_run_that_ends_early_tells_that_the_throttle_stays(
    tool: SlowMoves, reconciler: RunReconciler, cluster: Sandbox, wanting: Callable[..., None]
) -> None:
    tool.place("ended-early", [[1]])
    tool.write("ended-early", 1, RECORDS, BYTES)
    wanting("ended-early", 2)
    servers = ("--bootstrap-server", cluster.bootstrap_servers)
    done = reconciler("apply", "--yes", "--reassign-throttle", "1", "--deadline", "5", *servers, "-o", "json")
    assert done.code == 1
    told = {each["code"]: each["message"] for each in done.report["diagnostics"]}
    assert told["throttle-kept"] == "the replication throttle of 'ended-early' stays: the run ended early"
    assert "ended-early" in tool.in_flight()
