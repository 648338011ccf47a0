"""The report as JSON."""

from __future__ import annotations

from reconciler.printable import escaped_json
from reconciler.report.document import Report


def render_json(report: Report) -> str:
    r"""Indented JSON with a final newline; what is not printable is a ``\u`` escape, so that a terminal may show it."""
    return escaped_json(report.model_dump_json(indent=2, by_alias=True)) + "\n"
