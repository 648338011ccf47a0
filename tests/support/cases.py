"""Cases that are folders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.command import PROJECT


def case_folders(kind: str) -> list[Any]:
    """The folders of ``tests/cases/<kind>``, as parameters named after them."""
    folders = sorted(path for path in (PROJECT / "tests/cases" / kind).iterdir() if path.is_dir())
    return [pytest.param(path, id=path.name) for path in folders]
