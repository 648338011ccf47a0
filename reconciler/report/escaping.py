"""Reports with unprintable text escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from reconciler.printable import escaped, escaped_hint
from reconciler.report.document import Part, Report


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """``value`` with every text in it changed, in parts, lists and mappings, recursively."""
    match value:
        case str():
            return change(value)
        case Part():
            names: tuple[str, ...] = value.__slots__
            return type(value)(**{name: mapped(getattr(value, name), change) for name in names})
        case list():
            return [mapped(part, change) for part in value]
        case dict():
            return {mapped(key, change): mapped(part, change) for key, part in value.items()}
        case _:
            return value


_TO_ESCAPE = re.compile(r"\\[ubfnrt]")


def printable(report: Report) -> Report:
    """``report`` with everything escaped in it that is not printable, line breaks included."""
    if _is_printable(report):
        return report
    # In a hint some line breaks are ours.
    hints = [entry.hint and escaped_hint(entry.hint) for entry in report.diagnostics]
    safe: Report = mapped(report, escaped)
    diagnostics = [replace(entry, hint=hint) for entry, hint in zip(safe.diagnostics, hints, strict=True)]
    return replace(safe, diagnostics=diagnostics)


def _is_printable(report: Report) -> bool:
    try:
        text = orjson.dumps(report).decode()
    except orjson.JSONEncodeError:  # bytes that are not UTF-8
        return False
    return text.isprintable() and not _TO_ESCAPE.search(text)
