"""Putting a report on disk so that nobody ever sees half of one."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from reconciler.errors import ReportNotWritten


def write_report(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one step, or leave it as it was.

    Raises ReportNotWritten.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or a device cannot be replaced
            return
        target = path.resolve()
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ReportNotWritten.because(
            "report-not-written", f"the report cannot be written to {path}: {error.strerror}"
        ) from error
