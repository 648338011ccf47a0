"""A session on its own: without a command, a terminal or a process, and beside others."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.apply import Retries
from reconciler.clock import TimeLimit
from reconciler.cluster.properties import ClientSettings
from reconciler.errors import ClusterUnavailable, Interrupted, ManifestInvalid
from reconciler.model import Command, Record, RunStatus, TopicStatus
from reconciler.report.build import build
from reconciler.report.formats import JSON
from reconciler.sandbox import Sandbox
from reconciler.session import Control, Session
from reconciler.session.writing import WritingSession
from tests.wire.fake_kafka import FakeKafka

TOPICS = 40


class Lines(logging.Handler):
    """What a logger got."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Follower:
    """What one session tells of itself, in words and in its log."""

    def __init__(self, name: str) -> None:
        self.said: list[str] = []
        self.logged = Lines()
        log = logging.getLogger(f"{__name__}.{name}")
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.handlers = [self.logged]
        self.control = Control(tell=self.said.append, log=log)


def manifest(folder: Path, names: Iterable[str]) -> Path:
    folder.mkdir()
    path = folder / "topics.yaml"
    path.write_text("version: 1\ntopics:\n" + "".join(f"  {name}: {{partitions: 1}}\n" for name in names))
    return path


def apply(path: Path, servers: str, control: Control) -> Record:
    with WritingSession(Command.APPLY, control=control) as session:
        session.connect(ClientSettings({"bootstrap.servers": servers}), TimeLimit(60))
        session.load([path], None, {})
        session.plan()
        session.apply(Retries())
    return session.record


def test_two_sessions_in_two_threads_know_nothing_of_each_other(tmp_path: Path, kafka: Sandbox) -> None:
    names = {team: [f"session.{team}.{number:02}" for number in range(TOPICS)] for team in ("red", "blue")}
    paths = {team: manifest(tmp_path / team, topics) for team, topics in names.items()}
    followers = {team: Follower(team) for team in names}
    together = threading.Barrier(2)

    def run(team: str, servers: str) -> Record:
        together.wait()
        return apply(paths[team], servers, followers[team].control)

    with FakeKafka() as other, ThreadPoolExecutor() as threads:
        servers = {"red": kafka.bootstrap_servers, "blue": other.bootstrap_servers}
        running = {team: threads.submit(run, team, servers[team]) for team in names}
        records = {team: each.result() for team, each in running.items()}
        there = set(other.topics)

    assert there == set(names["blue"])
    for team, stranger in (("red", "blue"), ("blue", "red")):
        record = records[team]
        assert record.status is RunStatus.OK
        assert {name: outcome.status for name, outcome in record.outcomes.items()} == dict.fromkeys(
            names[team], TopicStatus.APPLIED
        )
        follower = followers[team]
        everything = "\n".join([JSON.renderer().render_file(build(record)), *follower.said, *follower.logged.lines])
        assert all(name in everything for name in names[team])
        assert f"session.{stranger}." not in everything
        assert servers[stranger] not in everything
        assert sum("accepted" in line for line in follower.logged.lines) == TOPICS
    assert records["red"].requests.keys() == records["blue"].requests.keys()


def test_a_session_that_only_reads_leaves_the_cluster_alone(tmp_path: Path) -> None:
    path = manifest(tmp_path / "m", ["a", "b"])
    with FakeKafka() as kafka, Session(Command.PLAN) as session:
        session.connect(ClientSettings({"bootstrap.servers": kafka.bootstrap_servers}), TimeLimit(30))
        session.load([path], None, {})
        plan = session.plan()
        assert kafka.written("create_topics") == []
        assert kafka.topics == {}
    assert plan.has_work
    assert session.record.status is RunStatus.CHANGES
    assert session.record.exit_code == 0


@pytest.mark.parametrize(("tells_changes", "code"), [(False, 0), (True, 2)])
def test_changes_have_an_exit_code_of_their_own_only_where_it_was_asked_for(
    tells_changes: bool, code: int, tmp_path: Path
) -> None:
    path = manifest(tmp_path / "m", ["a"])
    with FakeKafka() as kafka, Session(Command.PLAN, tells_changes=tells_changes) as session:
        session.connect(ClientSettings({"bootstrap.servers": kafka.bootstrap_servers}), TimeLimit(30))
        session.load([path], None, {})
        session.plan()
    assert session.record.exit_code == code


def test_the_record_of_a_session_that_was_ended_says_why(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("version: 1\ntopics: {a: {partitions: 0}}\n")
    session = Session(Command.VALIDATE)
    with pytest.raises(ManifestInvalid) as invalid:
        session.load([path], None, {})
    session.end(invalid.value)
    record = session.record
    assert (record.status, record.exit_code) == (RunStatus.FAILED, 1)
    assert record.diagnostics == tuple(invalid.value.diagnostics)
    assert "partitions" in JSON.renderer().render_file(build(record))


def test_a_session_ends_where_its_check_raises(tmp_path: Path) -> None:
    path = manifest(tmp_path / "m", ["a"])

    def check() -> None:
        raise Interrupted(15)

    with FakeKafka() as kafka, WritingSession(Command.APPLY, control=Control(check=check)) as session:
        with pytest.raises(Interrupted) as interrupted:
            session.connect(ClientSettings({"bootstrap.servers": kafka.bootstrap_servers}), TimeLimit(30))
        assert kafka.received("metadata") == []
        session.load([path], None, {})
        session.end(interrupted.value)
    assert (session.record.status, session.record.exit_code) == (RunStatus.INTERRUPTED, 143)


def test_a_cluster_that_is_not_there_is_a_failure_with_the_manifest_in_the_record(tmp_path: Path) -> None:
    path = manifest(tmp_path / "m", ["a"])
    with Session(Command.PLAN) as session:
        session.load([path], None, {})
        session.connect(ClientSettings({"bootstrap.servers": "no-such-host.invalid:9092"}), TimeLimit(10))
        with pytest.raises(ClusterUnavailable) as unavailable:
            session.plan()
        session.end(unavailable.value)
    record = session.record
    assert record.exit_code == 1
    assert record.desired is not None
    assert record.live is None


def test_a_closed_session_leaves_no_connection_behind(tmp_path: Path) -> None:
    path = manifest(tmp_path / "m", ["a"])
    gc.disable()  # what only its collector ends may stay for long
    try:
        with FakeKafka() as kafka:
            apply(path, kafka.bootstrap_servers, Control())
            kafka.await_no_connection()
    finally:
        gc.enable()


@pytest.mark.parametrize("step", ["plan", "begin"])
def test_steps_out_of_order_are_mistakes_of_the_caller(step: str) -> None:
    with pytest.raises(RuntimeError, match="first"):
        getattr(WritingSession(Command.APPLY), step)()
