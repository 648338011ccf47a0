"""Write a report to disk atomically."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.errors import ReportNotWritten
from reconciler.printable import unmistakable

_IN_PLACE = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}
"""Errors where a writable file cannot be replaced: it is a mount of its own, or its directory is read-only."""


def check_place(path: Path) -> None:
    """Check, without changing anything, that a report can be written to ``path``. Raises ReportNotWritten."""
    with _said_of(path):
        before = _stat(path)
        if before is not None and not stat.S_ISREG(before.st_mode):
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return
        target = Path(os.path.realpath(path))
        try:
            with _draft_beside(target) as draft:
                draft.touch(exist_ok=False)
        except OSError as error:
            if before is None or error.errno not in _IN_PLACE:
                raise
            target.open("ab").close()
        else:
            if before is not None and _cannot_be_replaced(target, before):
                target.open("ab").close()


def write_report(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one step, or leave it unchanged; its mode stays.

    A file that may be written but not replaced is written in place. Raises ReportNotWritten.
    """
    content = text.encode()
    with _said_of(path):
        before = _stat(path)
        if before is not None and not stat.S_ISREG(before.st_mode):
            path.write_bytes(content)  # a pipe or a device cannot be replaced
            return
        target = Path(os.path.realpath(path))
        try:
            _replace(target, content, None if before is None else stat.S_IMODE(before.st_mode))
        except OSError as error:
            if before is None or error.errno not in _IN_PLACE:
                raise
            target.write_bytes(content)


def _cannot_be_replaced(target: Path, before: os.stat_result) -> bool:
    """Whether the file belongs to another user in a folder such as /tmp, or is on a read-only mount of its own."""
    folder = target.parent.stat()
    is_sticky = bool(folder.st_mode & stat.S_ISVTX) and os.geteuid() not in {0, before.st_uid, folder.st_uid}
    return is_sticky or bool(os.statvfs(target).f_flag & os.ST_RDONLY)


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    with _draft_beside(target) as draft:
        with draft.open("xb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)


@contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    """A new short name in the directory of ``target``; removed at the end of the block."""
    draft = target.with_name(f".reconciler-{uuid.uuid4().hex}")
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink()


def _stat(path: Path) -> os.stat_result | None:
    """The status of ``path``, ``None`` where it does not exist. Raises OSError, also for a link to itself."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportNotWritten.because(
            "report-not-written", f"cannot write the report to {unmistakable(str(path))}: {error.strerror}"
        ) from error
