"""The folder of a cluster, which is there as long as the cluster runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import SandboxError


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder, removed after the block. Raises SandboxError."""
    with writing():
        folder = Path(tempfile.mkdtemp(prefix="reconciler-sandbox-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing() -> Iterator[None]:
    """What is done to the folder within the block raises SandboxError in place of OSError."""
    try:
        yield
    except OSError as error:
        raise SandboxError.because(
            "no-folder",
            f"cannot write the folder for the brokers' data: {error.strerror}",
            hint="free some space, or set TMPDIR to a folder that can be written",
        ) from error
