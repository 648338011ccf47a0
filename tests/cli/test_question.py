"""The question of apply: everything is seen before it, and every answer is understood or asked for again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.question import agreed
from reconciler.cli.signals import Signals
from reconciler.errors import Interrupted
from tests.support.command import PROJECT, environment, report_at
from tests.support.terminal import Terminal
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

QUESTION = "Apply this plan? [y/N]: "
MANIFEST = "version: 1\ntopics:\n  asked: {partitions: 2, config: {no.such.key: 1}}\n  there: {}\n"
WARNING = "warning: unknown topic config 'no.such.key'"


@pytest.fixture
def kafka() -> Iterator[FakeKafka]:
    with FakeKafka(topics={"there": Topic()}) as fake:
        yield fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a manifest that has a warning."""
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    return tmp_path


def asked(kafka: FakeKafka, folder: Path, *options: str, onwards: str = "") -> Terminal:
    """An apply that waits for an answer."""
    where = ["--bootstrap-server", kafka.bootstrap_servers, "--report", "report.json"]
    terminal = Terminal("apply", *where, *options, cwd=folder, onwards=onwards)
    terminal.read_until(QUESTION)
    return terminal


@pytest.mark.parametrize("answer", ["\x04", "n\n", "N\n", "No\n", "\n", "y\x04\x04"], ids=repr)
def test_whoever_does_not_agree_cancels(answer: str, kafka: FakeKafka, folder: Path) -> None:
    terminal = asked(kafka, folder)
    assert terminal.answer(answer) == 1
    assert "Apply cancelled. Nothing was changed." in terminal.said
    assert "internal error" not in terminal.said
    assert "asked" not in kafka.topics
    report = report_at(folder / "report.json")
    assert (report["run"]["status"], report["run"]["exit_code"]) == ("failed", 1)
    assert "declined" in [diagnostic["code"] for diagnostic in report["diagnostics"]]
    assert [topic["status"] for topic in report["topics"]] == ["not_attempted", "unchanged"]


@pytest.mark.parametrize("answer", ["y\n", "Y\n", " yes \n"], ids=repr)
def test_whoever_agrees_applies(answer: str, kafka: FakeKafka, folder: Path) -> None:
    assert asked(kafka, folder).answer(answer) == 0
    assert "asked" in kafka.topics


@pytest.mark.parametrize("mistyped", ["yy", "j", "\x1b[A", "\xff"], ids=repr)
def test_a_mistyped_answer_is_named_and_the_question_is_asked_again(
    mistyped: str, kafka: FakeKafka, folder: Path
) -> None:
    terminal = asked(kafka, folder)
    terminal.type(f"{mistyped}\n")
    terminal.read_until("type y or n")
    before, _, after = terminal.said.rpartition("type y or n")
    assert before.count(QUESTION) == 1
    terminal.said = after
    terminal.read_until(QUESTION)
    assert terminal.answer("y\n") == 0
    assert "asked" in kafka.topics


@pytest.mark.parametrize("typed", ["", "y", "y\x04"], ids=repr)
def test_ctrl_c_interrupts_whatever_has_been_typed(typed: str, kafka: FakeKafka, folder: Path) -> None:
    terminal = asked(kafka, folder)
    terminal.type(typed)
    assert terminal.answer("\x03") == 128 + signal.SIGINT
    assert "\nerror: interrupted by SIGINT" in terminal.said.replace("\r", ""), "on a line of its own"
    assert report_at(folder / "report.json")["run"]["status"] == "interrupted"
    assert "asked" not in kafka.topics


@pytest.mark.parametrize(
    ("options", "onwards"),
    [
        ([], ""),
        (["-q"], ""),
        (["-o", "json"], ""),
        (["-o", "json", "-q"], ""),
        ([], "> out"),
        (["-q"], "> out"),
        ([], "| tee out"),
        (["-o", "json"], "| tee out"),
    ],
)
def test_nobody_is_asked_about_what_was_not_shown(
    options: list[str], onwards: str, kafka: FakeKafka, folder: Path
) -> None:
    terminal = asked(kafka, folder, *options, onwards=onwards)
    seen, _, after = terminal.said.rpartition(QUESTION)
    assert after == "", "nothing writes into the question"
    for what in (WARNING, "asked", "partitions: 2", "1 to create, 0 to change, 1 unchanged."):
        assert what in seen, terminal.said
    terminal.answer("y\n")
    assert "asked" in kafka.topics
    assert terminal.said.count("warning: ") == 1, "what was said is not said again"


@pytest.mark.parametrize(("answer", "applied"), [("y\n", 1), ("n\n", 0)])
def test_a_file_gets_the_same_text_whether_somebody_was_asked_or_not(
    answer: str, applied: int, kafka: FakeKafka, folder: Path
) -> None:
    asked(kafka, folder, onwards="> out").answer(answer)
    text = (folder / "out").read_text()
    assert "1 to create, 0 to change, 1 unchanged." in text
    assert QUESTION not in text
    assert "\x1b" not in text
    assert text.splitlines()[-1].startswith(f"Apply: {applied} topic")


def test_a_terminal_that_is_gone_agrees_to_nothing() -> None:
    code = (
        "import os, pty, sys\n"
        "master, slave = pty.openpty()\n"
        "os.dup2(slave, 0); os.close(slave); os.close(master)\n"
        "from reconciler.cli.question import agreed\n"
        "from reconciler.cli.signals import Signals\n"
        "print(agreed('Really?', Signals()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("env", "is_coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_only_a_terminal_that_can_show_colours_gets_them(
    env: dict[str, str], is_coloured: bool, kafka: FakeKafka, folder: Path
) -> None:
    terminal = Terminal("plan", "--bootstrap-server", kafka.bootstrap_servers, cwd=folder, env=env)
    assert terminal.answer("") == 0
    assert ("\x1b[32m" in terminal.said) == is_coloured
    assert ("\x1b[" in terminal.said) == is_coloured


class TakingBack(Signals):
    """Ctrl-C comes when something was typed, and before it is read: the terminal takes back what was typed."""

    def wait_for_input(self, descriptor: int) -> None:
        super().wait_for_input(descriptor)
        termios.tcflush(descriptor, termios.TCIFLUSH)
        self.came = signal.SIGINT


def test_ctrl_c_between_typing_and_reading_does_not_wait_for_more_to_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "wb", buffering=0) as keyboard, os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        keyboard.write(b"y\x04")
        with pytest.raises(Interrupted):
            agreed("Apply this plan?", TakingBack())
