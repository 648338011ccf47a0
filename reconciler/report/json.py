"""The report as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from reconciler.printable import encodable, escaped_json
from reconciler.report.checksum import checksum
from reconciler.report.document import Report, json_name
from reconciler.report.escaping import mapped
from reconciler.report.layout import TextStyle


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    r"""Indented JSON with a final newline; what is not printable is a ``\u`` escape, so that a terminal may show it.

    Bytes that are not UTF-8, in paths for instance, are escaped: JSON has no word for them. The plan gets the checksum
    of the whole.
    """
    return _text(report, with_checksum)


def render_as_read(report: Report) -> str:
    """The same with the checksum that ``report`` has: writing again what was read does not make it intact."""
    return _text(report, lambda document: document)


def with_checksum(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` as JSON's objects with its checksum, if it has a plan."""
    found = checksum(document)
    return document if found is None else {**document, "plan": {**document["plan"], "checksum": found}}


def _text(report: Report, finish: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    try:
        text = _dumped(finish(_plain(report)))
    except orjson.JSONEncodeError:
        text = _dumped(finish(_plain(mapped(report, encodable))))
    return escaped_json(text) + "\n"


def _dumped(document: dict[str, Any]) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode()


def _plain(value: Any) -> Any:
    """``value`` as JSON's objects and arrays."""
    match value:
        case None | str() | int() | float() | date():  # a datetime is a date
            return value
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case _:
            return {json_name(name): _plain(getattr(value, name)) for name in value.__slots__}
