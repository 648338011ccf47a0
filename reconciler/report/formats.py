"""The formats of a report. A new format is a module with a ``render``, and a row here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from reconciler.report.document import Report
    from reconciler.report.layout import TextStyle


class Renders(Protocol):
    """What the module of a format provides."""

    def render(self, report: Report, layout: TextStyle) -> str:
        """The text for standard output."""

    def render_file(self, report: Report) -> str:
        """The text for a file."""


class Format(NamedTuple):
    """A format: its name, and its module, which is loaded when it is used."""

    name: str
    module: str

    def renderer(self) -> Renders:
        """The module."""
        return cast("Renders", import_module(self.module))


TEXT = Format("text", "reconciler.report.text")
JSON = Format("json", "reconciler.report.json")
MARKDOWN = Format("markdown", "reconciler.report.markdown")
HTML = Format("html", "reconciler.report.html")
GITHUB = Format("github", "reconciler.report.github")
JUNIT = Format("junit", "reconciler.report.junit")

FORMATS = {each.name: each for each in (TEXT, JSON, MARKDOWN, HTML, GITHUB, JUNIT)}
BY_ENDING = {".json": JSON, ".md": MARKDOWN, ".html": HTML, ".xml": JUNIT, ".txt": TEXT}
"""The format of a file, by its extension."""
