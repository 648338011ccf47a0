"""The report's diagnostics as annotations of GitHub Actions.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.report.document import DiagnosticEntry, Place, Report
from reconciler.report.escaping import printable
from reconciler.report.layout import TextStyle

SHOWN = 10
"""GitHub shows this many annotations of each kind per step, and silently drops the others."""
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    """One workflow command per diagnostic; the last one of a kind has the number of those left out."""
    return "".join(f"{line}\n" for line in _lines(printable(report)))


def _lines(report: Report) -> Iterator[str]:
    for severity, command in _COMMANDS.items():
        found = [diagnostic for diagnostic in report.diagnostics if diagnostic.severity == severity]
        fits = len(found) <= SHOWN
        for diagnostic in found if fits else found[: SHOWN - 1]:
            yield _annotation(command, diagnostic)
        if not fits:
            yield f"::{command} title=reconciler::and {len(found) - SHOWN + 1} more; see the log of this step"


def _annotation(command: str, diagnostic: DiagnosticEntry) -> str:
    place = diagnostic.origin
    properties = {"title": diagnostic.code}
    if isinstance(place, Place):
        properties = {"file": place.file, "line": str(place.line), "col": str(place.column)} | properties
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message}\n{diagnostic.hint}"
    return f"::{command} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
