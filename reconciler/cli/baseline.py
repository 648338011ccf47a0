"""``--baseline``"""

from __future__ import annotations

from pathlib import Path

from reconciler.session import Session


def compare_with(session: Session, baseline: Path) -> None:
    """Let the report of ``session`` tell which topics were recreated since the report in ``baseline``.

    Raises ReportNotRead.
    """
    from reconciler.report.read import read_report  # noqa: PLC0415 - not needed for --help
    from reconciler.session.baseline import compare_ids  # noqa: PLC0415 - likewise

    report = session.control.wait_for(lambda: read_report(baseline))
    compare_ids(session, report, str(baseline))
