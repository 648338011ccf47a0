"""Runs that go wrong in many ways: the text, the record and the JSON report of each say the same."""

from __future__ import annotations

import json
import re
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.cli.main import main
from reconciler.cli.signals import Signals
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

MANIFEST = """
version: 1
defaults: {allow: [data-loss, partition-increase]}
topics:
  altered: {config: {retention.ms: 1000}}
  both: {partitions: 1, config: {retention.ms: 1000}}
  grown: {partitions: 3}
  new: {partitions: 2}
  same: {partitions: 1}
  shrunk: {partitions: 1}
"""
BEFORE = {name: Topic() for name in ("altered", "grown", "same")} | {
    name: Topic(partitions=2) for name in ("both", "shrunk")
}


class Case(NamedTuple):
    """What goes wrong, and how plan and apply end."""

    plan: int
    apply: int
    faults: tuple[Fault, ...] = ()
    options: tuple[str, ...] = ()


def refusing(api: Any, topic: str, error: int, times: int | None = None, *, checks: bool = False) -> Fault:
    return Fault(api=api, topics=[topic], error=error, message="the broker's words", times=times, checks=checks)


CASES = {
    "impossible only": Case(3, 3),
    "nothing wrong": Case(0, 0, options=("--only", "new", "--only", "same")),
    "nothing to do": Case(0, 0, options=("--only", "same")),
    "only impossible": Case(3, 3, options=("--only", "shrunk")),
    "may not create": Case(3, 3, options=("--no-auto-create",)),
    "create refused in the check": Case(3, 3, (refusing("create_topics", "new", 40, checks=True),)),
    "create refused when it is sent": Case(3, 1, (refusing("create_topics", "new", 40),)),
    "change refused in the check": Case(3, 3, (refusing("incremental_alter_configs", "altered", 40, checks=True),)),
    "change refused when it is sent": Case(3, 1, (refusing("incremental_alter_configs", "altered", 44),)),
    "part refused when it is sent": Case(3, 1, (refusing("incremental_alter_configs", "both", 44),)),
    "may not be checked": Case(3, 3, (refusing("create_topics", "new", 29, checks=True),)),
    "check never answered": Case(1, 1, (refusing("create_topics", "new", 7, checks=True),), ("--timeout", "0.5")),
    "unreadable": Case(1, 1, (refusing("describe_configs", "altered", 29),)),
    "never visible": Case(3, 1, (Fault(api="create_topics", topics=["new"], error=7, times=None),), ("--timeout", "1")),
    "answer lost": Case(3, 3, (Fault(api="create_topics", topics=["new"], cut="after"),)),
    "deadline": Case(1, 1, options=("--deadline", "0.001")),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory, with a manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topics.yaml").write_text(MANIFEST)


def numbers(line: str) -> Counter[str]:
    """``2 to create, 1 refused (1 in part)`` as numbers by word; what is in brackets is a part of a number."""
    plain = re.sub(r" \([^)]*\)", "", line.rstrip(".")).partition(": ")[2]
    return Counter(
        {re.sub(r"^topics? ", "", what): int(count) for count, what in re.findall(r"(\d+) ([a-z ]+)", plain)}
    )


class Interrupting(Signals):
    """Signals of which one comes at a safe point, the first of them at 1."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def check(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.came = signal.SIGINT
        super().check()


def ended_as(command: str, *options: str, faults: Sequence[Fault] = (), signals: Signals | None = None) -> int:
    """Run the command in this process, with two reports, against a scripted Kafka; its exit code."""
    more = ["--yes", "--retry-delay", "0", "--retries", "0"] if command == "apply" else []
    with FakeKafka(*faults, topics=BEFORE) as kafka:
        where = ["--bootstrap-server", kafka.bootstrap_servers, "--report", "r.json", "--report", "r.txt"]
        with pytest.raises(SystemExit) as ended:
            main([command, *where, *more, *options], signals=signals)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def assert_it_is_shown_again(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Hold what ``render`` shows of the report against what was on standard output, and against the report."""
    for options, expected in (([], text), (["-o", "json"], Path("r.json").read_text())):
        with pytest.raises(SystemExit) as ended:
            main(["render", "r.json", *options])
        assert ended.value.code == 0
        assert capsys.readouterr().out == expected


def assert_they_agree(command: str, code: int, text: str) -> None:
    """Hold what was on standard output against the reports in the working directory."""
    record, report = Path("r.txt").read_text(), json.loads(Path("r.json").read_text())
    assert report["run"]["exit_code"] == code
    assert f": {report['run']['status']}, exit code {code}\n" in record
    statuses = Counter(topic["status"] for topic in report["topics"])
    assert len({topic["name"] for topic in report["topics"]}) == len(report["topics"])
    for status in ("applied", "failed", "refused", "stale", "unknown"):
        assert report["summary"][status] == statuses[status]
    summaries = re.findall(r"^(?:Plan|In sync|Apply): .*$", text, re.MULTILINE)
    if not report["topics"]:
        assert summaries == []
        return
    last = summaries[-1]
    assert last in record
    told = numbers(last)
    assert sum(told.values()) == len(report["topics"]), last
    if command == "apply":
        assert +told == Counter({status.replace("_", " "): number for status, number in statuses.items()}), last
        assert not statuses["planned"], "an apply that has ended plans nothing any more"
    else:
        assert told["refused"] == statuses["refused"]
        assert told["unchanged"] == statuses["unchanged"]
        assert told["unreadable"] == statuses["unknown"]
        assert told["to create"] + told["to change"] == statuses["planned"]


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("folder")
def test_text_record_and_json_say_the_same_of_every_topic(
    case: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ended_as(command, *CASES[case].options, faults=CASES[case].faults)
    assert code == getattr(CASES[case], command)
    text = capsys.readouterr().out
    assert_they_agree(command, code, text)
    assert_it_is_shown_again(text, capsys)


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize("moment", [1, 2, 3, 4, 6, 8, 10, 13, 16, 20])
@pytest.mark.usefixtures("folder")
def test_an_interrupted_run_says_the_same_everywhere(
    moment: int, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ended_as(command, signals=Interrupting(moment))
    assert code in {128 + signal.SIGINT, 3}, "3 where the run was over before"
    text = capsys.readouterr().out
    assert_they_agree(command, code, text)
    assert_it_is_shown_again(text, capsys)
