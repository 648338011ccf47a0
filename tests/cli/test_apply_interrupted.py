"""An apply that is cut short: the request under way gets its answer, the report is true, the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import start
from tests.support.clients import AdminClient
from tests.support.command import RunReconciler, process, report_at, wait_until
from tests.support.terminal import Terminal
from tests.wire.fake_kafka import FakeKafka
from tests.wire.fake_messages import read_request
from tests.wire.faults import Fault
from tests.wire.proxy import CountingProxy, free_port, serving

TOPICS = 1_200
"""Three requests of 400."""
CREATE_TOPICS, LENGTH = 19, 4
"""The key of the API, and the bytes of a message that tell its length."""


def names(prefix: str) -> list[str]:
    return [f"{prefix}.topic.with.a.longer.name.{number:04}" for number in range(TOPICS)]


def write_manifest(folder: Path, prefix: str) -> None:
    lines = "".join(f"  {name}: {{partitions: 1}}\n" for name in names(prefix))
    (folder / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")


NAMES = names("new")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a manifest of new topics."""
    write_manifest(tmp_path, "new")
    return tmp_path


def arguments(address: str, *more: str) -> list[str]:
    return ["apply", "--yes", *(more or ["-q"]), "--bootstrap-server", address, "--report", "report.json"]


def statuses(report: Any) -> list[str]:
    return [topic["status"] for topic in report["topics"]]


SECOND_REQUEST_IS_SLOW = [
    Fault(api="create_topics", topics=NAMES[:400], delay=0.01),
    Fault(api="create_topics", topics=NAMES[400:800], delay=2),
]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_request_under_way_is_settled_and_no_other_is_sent(number: signal.Signals, code: int, folder: Path) -> None:
    with (
        FakeKafka(*SECOND_REQUEST_IS_SLOW) as kafka,
        process(*arguments(kafka.bootstrap_servers), cwd=folder, stderr=subprocess.PIPE) as running,
    ):
        wait_until(lambda: len(kafka.written("create_topics")) == 2, running)
        running.send_signal(number)
        _, stderr = running.communicate(timeout=30)
        assert running.returncode == code
        assert len(kafka.topics) == 800
        assert len(kafka.written("create_topics")) == 2
    assert f"interrupted by {number.name}" in stderr.decode()
    report = report_at(folder / "report.json")
    assert (report["run"]["status"], report["run"]["exit_code"]) == ("interrupted", code)
    assert statuses(report) == ["applied"] * 800 + ["not_attempted"] * 400


@pytest.mark.parametrize("options", [["-vv"], ["-q", "-o", "json"]], ids=" ".join)
def test_a_terminal_that_is_closed_in_the_middle_leaves_a_whole_report(options: list[str], folder: Path) -> None:
    with FakeKafka(*SECOND_REQUEST_IS_SLOW) as kafka:
        all_of_it = arguments(kafka.bootstrap_servers, *options, "--report", "report.txt")
        terminal = Terminal(*all_of_it, cwd=folder)

        def is_second_sent() -> bool:
            terminal.drain()
            return len(kafka.written("create_topics")) == 2

        wait_until(is_second_sent, terminal.process)
        assert terminal.close() == 129
        assert len(kafka.topics) == 800
    report = report_at(folder / "report.json")
    assert (report["run"]["status"], report["run"]["exit_code"]) == ("interrupted", 129)
    assert statuses(report) == ["applied"] * 800 + ["not_attempted"] * 400
    text = (folder / "report.txt").read_text()
    assert "800 topics applied, 0 unchanged, 400 not attempted. Interrupted: run apply again to finish." in text


def test_a_terminal_that_is_closed_at_the_question_changes_nothing(folder: Path) -> None:
    with FakeKafka() as kafka:
        terminal = Terminal(
            "apply", "--bootstrap-server", kafka.bootstrap_servers, "--report", "report.json", cwd=folder
        )
        terminal.read_until("Apply this plan? [y/N]: ")
        assert terminal.close() == 129
        assert not kafka.topics
    report = report_at(folder / "report.json")
    assert (report["run"]["status"], report["run"]["exit_code"]) == ("interrupted", 129)
    assert statuses(report) == ["not_attempted"] * TOPICS


def test_a_second_signal_ends_it_at_once(folder: Path) -> None:
    with (
        FakeKafka(Fault(api="create_topics", delay=60)) as kafka,
        process(*arguments(kafka.bootstrap_servers), cwd=folder) as running,
    ):
        wait_until(lambda: bool(kafka.written("create_topics")), running)
        running.send_signal(signal.SIGINT)
        while running.poll() is None:
            running.send_signal(signal.SIGINT)
            time.sleep(0.05)  # until the first has been handled
        assert running.returncode == -signal.SIGINT
    assert not (folder / "report.json").exists()


def test_a_signal_while_verifying_reports_what_is_visible(folder: Path) -> None:
    hidden = Fault(api="describe_configs", topics=NAMES[600:601], error=3, times=None)
    with (
        FakeKafka(hidden) as kafka,
        process(*arguments(kafka.bootstrap_servers), cwd=folder) as running,
    ):
        wait_until(lambda: len(kafka.received("describe_configs")) > 10, running)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 143
    report = report_at(folder / "report.json")
    assert statuses(report) == ["applied"] * 600 + ["unknown"] + ["applied"] * 599


def await_topics(address: str, prefix: str, number: int) -> None:
    """Wait until so many topics show: the broker works on although nobody waits for its answer."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    while sum(name.startswith(prefix) for name in admin.list_topics(timeout=60).topics) < number:
        pass  # each look waits for the broker's answer


class HoldingProxy(CountingProxy):
    """Passes on every request, but no answer from that many ``creates`` on, ``most``."""

    creates = 0
    """Requests to create topics, not only to check that."""
    most = sys.maxsize

    def note(self, api: str, message: bytes) -> None:
        if api == "create_topics" and not read_request(0, CREATE_TOPICS, message[LENGTH:]).validate_only:
            self.creates += 1

    def passes_on(self, *, is_request: bool) -> bool:
        return is_request or self.creates < self.most


@pytest.fixture(scope="module")
def proxied() -> Iterator[HoldingProxy]:
    """The way to a Kafka of its own."""
    port, target = free_port(), free_port()
    advertised = {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}"}
    proxy = HoldingProxy(port, target)
    with serving(proxy), start(port=target, properties=advertised):
        yield proxy


@pytest.mark.parametrize("requests", [1, 2, 3])
def test_after_kill_9_no_report_is_half_written_and_the_next_run_finishes(
    requests: int, proxied: HoldingProxy, tmp_path: Path, reconciler: RunReconciler
) -> None:
    write_manifest(tmp_path, f"killed-{requests}")
    proxied.creates, proxied.most = 0, requests
    address = f"127.0.0.1:{proxied.port}"
    with process(*arguments(address), cwd=tmp_path) as running:
        wait_until(lambda: proxied.creates == requests, running)
        running.kill()
    assert list(tmp_path.iterdir()) == [tmp_path / "topics.yaml"]
    proxied.most = sys.maxsize
    await_topics(address, f"killed-{requests}", 400 * requests)
    again = reconciler(*arguments(address))
    assert again.code == 0, again.stdout + again.stderr
    came_to = Counter(statuses(report_at(tmp_path / "report.json")))
    assert came_to == Counter(unchanged=400 * requests, applied=TOPICS - 400 * requests)
    assert reconciler("plan", "--detailed-exitcode", "--bootstrap-server", address).code == 0
