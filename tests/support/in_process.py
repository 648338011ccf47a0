"""The command in this process, where starting Python hundreds of times is not what is tried."""

from __future__ import annotations

import gc
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import pytest

from reconciler.cli.main import main
from tests.support.command import Finished, RunReconciler, checked, report_at

# Python reads these when it starts, and some libraries when they are loaded.
_READ_AT_START = ("PYTHON", "LANG", "LC_", "TMPDIR", "HOME", "XDG_")


def runner(folder: Path) -> RunReconciler:
    """What runs the command in ``folder``, in this process, and looks as one that runs it as a process."""

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> Finished:
        variables, here = dict(env or {}), cwd or folder
        too_late = [name for name in variables if name.startswith(_READ_AT_START)]
        assert not too_late, f"{too_late} need a process: use the fixture reconciler_process"
        with ExitStack() as stack:
            stack.enter_context(patch.dict(os.environ, variables))
            stack.enter_context(_working_directory(here))
            read = stack.enter_context(_streams(stdin or ""))
            with pytest.raises(SystemExit) as ended, _usual_collections():
                main([str(argument) for argument in arguments])
            code = ended.value.code
            assert isinstance(code, int)
            stdout, stderr = read()
        return checked(Finished(code, stdout, stderr), arguments, here)

    return run


@contextmanager
def _usual_collections() -> Iterator[None]:
    """The command collects hardly any garbage, since it ends soon; this process would keep it all."""
    before = gc.get_threshold()
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _working_directory(folder: Path) -> Iterator[None]:
    before = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    try:
        yield
    finally:
        os.fchdir(before)
        os.close(before)


@contextmanager
def _streams(stdin: str) -> Iterator[Callable[[], tuple[str, str]]]:
    """Standard streams that are files, for this process and the libraries in it; what reads the last two back."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(stdin.encode())
        files[0].seek(0)
        for descriptor, name, file in zip((0, 1, 2), ("stdin", "stdout", "stderr"), files, strict=True):
            stack.enter_context(_redirected(descriptor, file))
            mode = "r" if name == "stdin" else "w"
            stream = open(descriptor, mode, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115 - closed with the stack
            stack.enter_context(stream)
            stack.enter_context(patch.object(sys, name, stream))

        def read() -> tuple[str, str]:
            sys.stdout.flush()
            sys.stderr.flush()
            return _text(files[1]), _text(files[2])

        yield read


@contextmanager
def _redirected(descriptor: int, file: IO[bytes]) -> Iterator[None]:
    kept = os.dup(descriptor)
    os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()


def report_of(*arguments: str, report: Path) -> Any:
    """Run the command and return its report, which was held against the schema and the exit code."""
    with pytest.raises(SystemExit) as ended, _usual_collections():
        main([*arguments, "--report", str(report)])
    written = report_at(report)
    assert written["run"]["exit_code"] == ended.value.code
    assert "internal-error" not in [diagnostic["code"] for diagnostic in written["diagnostics"]]
    return written
