"""The command in this process, where starting Python hundreds of times is not what is tried."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from tests.conftest import REPORT_SCHEMA


def report_of(*arguments: str, report: Path) -> Any:
    """Run the command and return its report, which was held against the schema and the exit code."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--report", str(report)])
    gc.collect()  # the client of this run must not come back to an address that a later test's cluster gets
    written = json.loads(report.read_text())
    REPORT_SCHEMA.validate(written)
    assert written["run"]["exit_code"] == ended.value.code
    assert "internal-error" not in [diagnostic["code"] for diagnostic in written["diagnostics"]]
    return written
