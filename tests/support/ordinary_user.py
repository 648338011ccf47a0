"""Users for whom the modes of files count, also where the tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

# Root without these is held to the modes of files as everybody is, and keeps its files and its way to Python.
_PRIVILEGES = "-dac_override,-dac_read_search"


def as_ordinary_user(folder: Path) -> Sequence[str]:
    """The beginning of a command line that may read and write what modes allow; ``folder`` is one to try it in.

    Skips the test where this machine has no such user to offer.
    """
    setpriv = shutil.which("setpriv")
    is_root = os.geteuid() == 0
    prefix = [setpriv, "--inh-caps=-all", f"--bounding-set={_PRIVILEGES}"] if is_root and setpriv else []
    probe = folder / "probe"
    with modes(folder, {probe.name: 0}):
        is_refused = ["/bin/sh", "-c", "! cat probe"]
        done = subprocess.run([*prefix, *is_refused], cwd=folder, capture_output=True, check=False)
    probe.unlink()
    if done.returncode != 0:
        pytest.skip("on this machine the tests cannot give up the privilege to read every file")
    return prefix


@contextmanager
def modes(folder: Path, wanted: Mapping[str, int]) -> Iterator[None]:
    """Give files and folders in ``folder`` these modes for the length of the block; missing ones become empty files.

    What lies in another comes before it.
    """
    before: dict[Path, int] = {}
    try:
        for name, mode in wanted.items():
            path = folder / name
            path.touch()
            before[path] = path.stat().st_mode
            path.chmod(mode)
        yield
    finally:
        for path, mode in reversed(before.items()):
            path.chmod(mode)
