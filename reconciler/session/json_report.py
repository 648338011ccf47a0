"""The report of a session as a text."""

from __future__ import annotations

from reconciler.model import Record


def json_report(record: Record) -> str:
    """The JSON report of ``record``, as ``--report`` writes it."""
    from reconciler.report.build import build  # noqa: PLC0415 - most of its modules are not needed for --help
    from reconciler.report.formats import JSON  # noqa: PLC0415

    return JSON.renderer().render_file(build(record))
