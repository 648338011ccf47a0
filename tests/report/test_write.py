"""Putting reports on disk."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from reconciler.errors import ReportNotWritten
from reconciler.report.write import write_report


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
