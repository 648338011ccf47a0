"""A disk that has too little room for what would be copied to it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.reassignment.other_tool import OtherTool
from tests.support.command import RunReconciler

RECORD = 900_000


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Two brokers that keep their data on a file system of 200 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    options = ["-t", "tmpfs", "-o", "size=200m", "tmpfs", str(folder)]
    if mount is None or umount is None or subprocess.run([mount, *options], check=False).returncode:
        pytest.skip("only root can make a small file system; tests/plan shows the refusal with numbers that are given")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    try:
        with start(brokers=2) as sandbox:
            yield sandbox
    finally:
        subprocess.run([umount, folder], check=True)


def test_a_move_that_would_fill_a_disk_is_refused_with_both_numbers_and_a_smaller_one_is_made(
    small_disk: Sandbox, reconciler: RunReconciler, tmp_path: Path
) -> None:
    tool = OtherTool(small_disk)
    tool.place("large", [[1]])
    tool.write("large", 1, 122, RECORD)
    tool.place("small", [[1]])
    tool.write("small", 1, 5, RECORD)
    manifest = "version: 1\ntopics:\n  large: {replication_factor: 2}\n  small: {replication_factor: 2}\n"
    (tmp_path / "topics.yaml").write_text(manifest)
    options = ("--bootstrap-server", small_disk.bootstrap_servers, "--allow", "replication-change", "-o", "json")
    done = reconciler("apply", "--yes", *options)
    assert done.code == 3, done.stdout + done.stderr
    large, small = done.report["topics"]
    [change] = large["changes"]
    assert (large["status"], change["verdict"], change["consent"]["kind"]) == ("refused", "risky", "capacity")
    [broker] = change["impact"]["receiving"]
    assert broker["id"] == 2
    assert change["impact"]["bytes"] >= 122 * RECORD > broker["free"]
    assert "broker 2" in change["reason"]
    assert tool.replicas("large") == [[1]]
    assert small["status"] == "applied"
    assert sorted(tool.replicas("small")[0]) == [1, 2]
