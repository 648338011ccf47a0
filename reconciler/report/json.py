"""The report as JSON."""

from __future__ import annotations

from reconciler.report.document import Report


def render_json(report: Report) -> str:
    """Indented JSON with a final newline."""
    return report.model_dump_json(indent=2, by_alias=True) + "\n"
