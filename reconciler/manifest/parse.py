"""YAML text to :class:`Node` objects, which know their file, line and column for messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.compose import compose
from reconciler.manifest.nodes import Node
from reconciler.printable import quoted

# Where a value or a key begins; within a text, braces are part of it.
_TEMPLATE = re.compile(r"""^(?:[^#\n"']*?(?:[-:,?][ \t]+|[\[{]))?[ \t]*(\{\{|\{%)""", re.MULTILINE)


def parse(text: str, file: str, environ: Mapping[str, str]) -> tuple[list[Node], list[Diagnostic]]:
    """The documents of ``text`` that are not empty, and the problems found in it."""
    documents, problems = compose(text, file, environ)
    templates = list(_TEMPLATE.finditer(text)) if problems else []
    if templates:
        # Template syntax breaks YAML in many ways: one message for all of them.
        return [], [_unrendered(file, text, found.start(1)) for found in templates]
    return documents, problems


def _unrendered(file: str, text: str, start: int) -> Diagnostic:
    line_start = text.rfind("\n", 0, start) + 1
    template = quoted(text[start : start + 40].partition("\n")[0])
    return Diagnostic(
        severity=Severity.ERROR,
        code="unrendered-template",
        message=f"{template} looks like an unrendered template",
        origin=Location(file, text.count("\n", 0, start) + 1, start - line_start + 1),
        hint="render it first (helm template, envsubst, jinja); for plain variables write ${VARIABLE} instead",
    )
