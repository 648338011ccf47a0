"""Putting reports on disk."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciler.errors import ReportNotWritten
from reconciler.report.write import check_place, write_report
from tests.support.command import PROJECT, environment


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    write_report(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_report(path, "half \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_goes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "report.json").symlink_to("real.json")
    write_report(tmp_path / "report.json", "new")
    assert (tmp_path / "real.json").read_text() == "new"
    assert (tmp_path / "report.json").is_symlink()


def test_a_report_goes_into_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    write_report(path, "through")
    reader.join()
    assert read == ["through"]


def test_others_may_read_a_report_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_report(tmp_path / "report.json", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o644


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReportNotWritten, match="No such file or directory"):
        write_report(tmp_path / "nowhere" / "report.json", "text")


def test_the_mode_of_the_report_before_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)
    write_report(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_name_may_be_as_long_as_the_file_system_takes(tmp_path: Path) -> None:
    path = tmp_path / f"{'r' * 250}.json"
    check_place(path)
    write_report(path, "new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("trouble", ["a link to itself", "a name too long", "no directory"])
def test_what_cannot_be_written_is_noticed_beforehand(trouble: str, tmp_path: Path) -> None:
    path = tmp_path / {"a name too long": "r" * 300, "no directory": "a/b"}.get(trouble, "loop")
    if trouble == "a link to itself":
        path.symlink_to(path)
    for attempt in (check_place, lambda where: write_report(where, "new")):
        with pytest.raises(ReportNotWritten):
            attempt(path)
    assert list(tmp_path.iterdir()) == ([path] if trouble == "a link to itself" else [])


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    check_place(path)
    assert list(tmp_path.iterdir()) == []
    path.write_text("old")
    check_place(path)
    assert path.read_text() == "old"


def test_a_file_that_is_mounted_by_itself_is_written_in_place(tmp_path: Path) -> None:
    for name in ("real", "report.json"):
        (tmp_path / name).write_text("old, and longer than the new one")
    write = "import pathlib; from reconciler.report.write import *; p = pathlib.Path('report.json');"
    code = f'{shlex.quote(sys.executable)} -c "{write} check_place(p); write_report(p, str(42))"'
    script = f"unshare -rm true || exit 77; unshare -rm sh -c {shlex.quote(f'mount --bind real report.json && {code}')}"
    command = ["/bin/sh", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment({"PYTHONPATH": str(PROJECT)}), check=False)
    if done.returncode == os.EX_NOPERM:
        pytest.skip("this machine does not let us mount")
    assert done.returncode == 0
    assert (tmp_path / "real").read_text() == "42"
