"""The forms that a report comes in. A further one is a module with a ``render``, and a row here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from reconciler.report.document import Report
    from reconciler.report.layout import TextStyle


class Renders(Protocol):
    """What the module of a form has."""

    def render(self, report: Report, look: TextStyle) -> str:
        """What standard output gets."""

    def render_file(self, report: Report) -> str:
        """What a file gets, which is read later and by others."""


class Format(NamedTuple):
    """A form: what it is called, and the module that has it, loaded when it is used."""

    name: str
    module: str

    def renderer(self) -> Renders:
        """The module."""
        return cast("Renders", import_module(self.module))


TEXT = Format("text", "reconciler.report.text")
JSON = Format("json", "reconciler.report.json")
GITHUB = Format("github", "reconciler.report.github")

FORMATS = {each.name: each for each in (TEXT, JSON, GITHUB)}
BY_ENDING = {".json": JSON, ".txt": TEXT}
"""The form of a file, by the ending of its name."""
