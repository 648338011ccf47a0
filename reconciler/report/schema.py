"""The JSON Schema of the report. ``python -m reconciler.report.schema`` prints it."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from reconciler.report.document import Report

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> str:
    """The schema as text; pydantic makes it from the types of the document and what is written beside them."""
    schema = _tidied(TypeAdapter(Report).json_schema(mode="serialization"))
    return json.dumps({"$schema": _DRAFT} | schema | {"title": "Report of a reconciler run"}, indent=2) + "\n"


def _tidied(value: Any) -> Any:
    """``value`` with descriptions in one line, as Markdown."""
    match value:
        case dict():
            return {
                key: " ".join(each.split()).replace("``", "`")
                if key == "description" and isinstance(each, str)
                else _tidied(each)
                for key, each in value.items()
            }
        case list():
            return [_tidied(each) for each in value]
        case _:
            return value


if __name__ == "__main__":
    sys.stdout.write(report_schema())
