"""What is coloured: the flag or its variable says so, else NO_COLOR and FORCE_COLOR, else the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.colour import colour
from tests.support.command import RunReconciler
from tests.support.terminal import Terminal
from tests.wire.fake_kafka import FakeKafka

GREEN = "\x1b[32m"


@pytest.fixture
def kafka() -> Iterator[FakeKafka]:
    with FakeKafka() as fake:
        yield fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "env", "is_coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        ([], {"RECONCILER_COLOR": "always"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color=always"], {"NO_COLOR": "1", "RECONCILER_COLOR": "never"}, True),
        (["--color=always", "-o", "json"], {}, False),
    ],
)
def test_a_pipe_gets_colours_where_they_are_asked_for(
    arguments: list[str], env: dict[str, str], is_coloured: bool, kafka: FakeKafka, reconciler: RunReconciler
) -> None:
    done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers, *arguments, env=env)
    assert done.code == 0
    assert (GREEN in done.stdout) == is_coloured
    assert ("\x1b" in done.stdout) == is_coloured


def test_a_terminal_gets_none_where_they_are_refused(kafka: FakeKafka, folder: Path) -> None:
    where = ["--bootstrap-server", kafka.bootstrap_servers]
    terminal = Terminal("plan", *where, "--color", "never", cwd=folder, env={"TERM": "xterm"})
    assert terminal.answer("") == 0
    assert "a  topics.yaml" in terminal.said
    assert "\x1b[" not in terminal.said


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"NO_COLOR": "", "FORCE_COLOR": ""}, None),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_which_variable_wins(environ: dict[str, str], expected: bool | None) -> None:
    assert colour("auto", environ) is expected
