"""Standard streams that do not take what they get: nothing that was asked for is lost with them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import PROJECT, environment, report_at
from tests.wire.fake_kafka import FakeKafka

MANIFEST = 'version: 1\ntopics:\n  a: {owner: "→ caf\u00e9"}\n  b: {config: {unknown.key: "1"}}\n'
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def shell(
    redirection: str, *arguments: str, folder: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell does, with its streams redirected."""
    (folder / "topics.yaml").write_text(MANIFEST, encoding="utf-8")
    line = f"{shlex.join([sys.executable, '-m', 'reconciler', *arguments])} {redirection}"
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment({"PYTHONPATH": str(PROJECT)} | dict(env or {})),
        capture_output=True,
        text=True,
        errors="backslashreplace",
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "internal error" not in done.stderr
    return done


def applied(
    redirection: str, *options: str, folder: Path, env: Mapping[str, str] | None = None
) -> tuple[int, str, Any]:
    """Apply with such streams; exit code, standard error and the report, after every topic was made."""
    with FakeKafka() as kafka:
        where = ["--bootstrap-server", kafka.bootstrap_servers, "--yes", "--report", "report.json"]
        done = shell(redirection, "apply", *where, *options, folder=folder, env=env)
        assert sorted(kafka.topics) == ["a", "b"]
    report = report_at(folder / "report.json")
    assert {topic["status"] for topic in report["topics"]} == {"applied"}
    return done.returncode, done.stderr, report


@pytest.mark.parametrize("options", [(), ("-o", "json"), ("-vv",), ("--log-format", "json")], ids=str)
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_talk_that_nobody_hears_stops_no_apply(redirection: str, options: tuple[str, ...], tmp_path: Path) -> None:
    code, _, report = applied(redirection, *options, folder=tmp_path)
    assert code == report["run"]["exit_code"] == 0


@pytest.mark.parametrize("options", [(), ("-o", "json")], ids=str)
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_a_standard_output_that_fails_fails_the_run_and_stops_no_apply(
    redirection: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    code, stderr, report = applied(redirection, *options, folder=tmp_path)
    assert code == report["run"]["exit_code"] == 1
    assert stderr.count("error: cannot write to standard output: ") == 1
    assert "output-not-written" in [diagnostic["code"] for diagnostic in report["diagnostics"]]


def test_without_any_stream_there_is_a_report(tmp_path: Path) -> None:
    code, _, report = applied("<&- >&- 2>&-", "-vv", folder=tmp_path)
    assert code == report["run"]["exit_code"] == 1


def test_a_reader_that_went_away_gets_no_message_and_stops_no_apply(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    # Quiet, because a slow broker is reported as waited for.
    line = [sys.executable, "-m", "reconciler", "apply", "--yes", "-q", "--report", "report.json"]
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")
    with FakeKafka() as kafka:
        done = subprocess.run(
            [*line, "--bootstrap-server", kafka.bootstrap_servers],
            cwd=tmp_path,
            env=environment({"PYTHONPATH": str(PROJECT)}),
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
        os.close(writer)
        assert list(kafka.topics) == ["a"]
    assert done.stderr == b""
    assert report_at(tmp_path / "report.json")["run"]["exit_code"] == done.returncode == 1


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "latin-1"}, ASCII], ids=str)
def test_characters_that_a_stream_cannot_express_are_escaped(env: Mapping[str, str], tmp_path: Path) -> None:
    assert applied("", folder=tmp_path, env=env)[0] == 0
    done = shell("", "explain", "a", folder=tmp_path, env=env)
    assert done.returncode == 0
    assert r"\u2192 caf" in done.stdout


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
@pytest.mark.parametrize("arguments", ["validate", "explain a", "schema topics", "--help", "plan --help", "--version"])
def test_every_command_says_that_its_document_is_lost(arguments: str, redirection: str, tmp_path: Path) -> None:
    done = shell(redirection, *arguments.split(), folder=tmp_path)
    assert done.returncode == 1
    assert "error: cannot write to standard output: " in done.stderr


@pytest.mark.parametrize(("arguments", "code"), [("nonsense", 64), ("explain nothing", 1), ("validate", 0)])
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_the_exit_code_is_the_same_whether_or_not_anybody_hears(
    redirection: str, arguments: str, code: int, tmp_path: Path
) -> None:
    assert shell(redirection, *arguments.split(), folder=tmp_path).returncode == code


@pytest.mark.parametrize("options", [("--bootstrap-server", "x\udce9:1"), ("-X", "client.id=\udce9"), ("-e", "\udce9")])
def test_bytes_that_are_not_utf_8_leave_a_report(options: tuple[str, ...], tmp_path: Path) -> None:
    done = shell("", "plan", *options, "--report", "report.json", "--report", "r\udce9.txt", folder=tmp_path)
    assert done.returncode == report_at(tmp_path / "report.json")["run"]["exit_code"] in {1, 64}
    assert (tmp_path / "r\udce9.txt").is_file()


def test_a_variable_that_is_not_utf_8_is_an_error_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "m\udce9.yaml").write_text('version: 1\ntopics:\n  a: {owner: "${TEAM}"}\n')
    arguments = ["-f", "m\udce9.yaml", "--report", "report.json"]
    done = shell("", "validate", *arguments, folder=tmp_path, env={"TEAM": "caf\udce9"})
    assert done.returncode == 1
    words = r"environment variable TEAM is not valid UTF-8: caf\xe9"
    assert rf"m\xe9.yaml:3:14: error: {words}" in done.stderr
    [diagnostic] = report_at(tmp_path / "report.json")["diagnostics"]
    assert (diagnostic["message"], diagnostic["origin"]["file"]) == (words, r"m\xe9.yaml")


def test_letters_that_look_alike_or_are_invisible_are_shown_escaped_in_a_refused_name(tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text(
        "version: 1\ntopics:\n  \u043erders: {}\n  pay\u200bments: {}\n", encoding="utf-8"
    )
    stderr = shell("", "validate", "-f", "names.yaml", folder=tmp_path).stderr
    assert r"error: invalid topic name '\u043erders'" in stderr
    assert r"error: invalid topic name 'pay\u200bments'" in stderr


def test_terminal_escapes_reach_no_stream(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text('version: 1\ntopics:\n  a: {owner: "\\e]0;x\\a", config: {"x\\e[1m": "\\e"}}\n')
    for command in (["explain", "a"], ["validate"], ["validate", "--log-format", "json"], ["no\x1b[1m"]):
        done = shell("", *command, "-f", "e.yaml", folder=tmp_path)
        assert "\x1b" not in done.stdout + done.stderr


def test_a_report_that_cannot_be_written_stops_the_apply_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    with FakeKafka() as kafka:
        where = ["--bootstrap-server", kafka.bootstrap_servers, "--yes"]
        done = shell("", "apply", *where, "--report", "loop.json", "--report", "report.json", folder=tmp_path)
        assert not kafka.topics
    assert done.returncode == report_at(tmp_path / "report.json")["run"]["exit_code"] == 1
    assert done.stderr.count("error: cannot write the report to loop.json: ") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("validate", "error: topics.yaml: no such file"),
        ("validate -f .", "error: .: cannot be read: No such file or directory"),
        ("explain a", "error: topics.yaml: no such file"),
        ("plan --bootstrap-server 127.0.0.1:1", "error: topics.yaml: no such file"),
        ("sandbox run -- true", "error: the working directory no longer exists"),
    ],
)
def test_a_working_directory_that_was_removed_is_an_error_like_any_other(
    arguments: str, words: str, tmp_path: Path
) -> None:
    command = shlex.join([sys.executable, "-m", "reconciler", *arguments.split()])
    done = subprocess.run(
        ["/bin/sh", "-c", f"mkdir gone && cd gone && rmdir ../gone && {command}"],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(PROJECT)}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "internal error" not in done.stderr
