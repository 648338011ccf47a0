"""The published schema of reports against format 1.0: whoever reads a report of 1.0 can read every later 1.x."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.command import PROJECT

FORMER: Any = json.loads((PROJECT / "tests/cases/report/1.0.schema.json").read_text())
NOW: Any = json.loads((PROJECT / "schemas/report.schema.json").read_text())
VERSION = ".format_version"
ANY_OBJECT = "object "


def resolved(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def kinds(schema: Any, root: Any) -> dict[str, Any]:
    """The forms that a value may have, by type and title."""
    schema = resolved(schema, root)
    if "anyOf" in schema:
        return {name: form for each in schema["anyOf"] for name, form in kinds(each, root).items()}
    return {f"{schema.get('type', 'anything')} {schema.get('title', '') if 'properties' in schema else ''}": schema}


def breaks(former: Any, now: Any, root: Any, path: str = "") -> Iterator[str]:
    """What a reader of ``former`` relies on and ``now`` does not promise."""
    before, after = kinds(former, FORMER), kinds(now, root)
    if ANY_OBJECT in before:  # whoever can read any object can read one with certain keys
        after = {ANY_OBJECT if name.startswith("object ") else name: form for name, form in after.items()}
    if before.keys() != after.keys():
        yield f"{path}: was {sorted(before)}, is {sorted(after)}"
        return
    for name, was in before.items():
        form = after[name]
        yield from (f"{path}: no {word} any more" for word in set(was.get("enum", [])) - set(form.get("enum", [])))
        yield from (
            f"{path}: not always there: {key}" for key in {*was.get("required", [])} - {*form.get("required", [])}
        )
        for limit in ("minimum", "pattern", "format", "const"):
            if was.get(limit) != form.get(limit) and path != VERSION:
                yield f"{path}: {limit} was {was.get(limit)}, is {form.get(limit)}"
        for key, member in was.get("properties", {}).items():
            if key in form["properties"]:
                yield from breaks(member, form["properties"][key], root, f"{path}.{key}")
            else:
                yield f"{path}: no {key} any more"
        for inner in ("items", "additionalProperties"):
            if isinstance(was.get(inner), dict):
                yield from breaks(was[inner], form[inner], root, f"{path}[]")


def test_a_reader_of_format_1_0_can_read_what_is_written_now() -> None:
    assert list(breaks(FORMER, NOW, NOW)) == []
    assert NOW["properties"]["format_version"]["const"].startswith("1.")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("Topic", lambda topic: topic["properties"].pop("owner")),
        ("Topic", lambda topic: topic["required"].remove("live")),
        ("Topic", lambda topic: topic["properties"].update(name={"type": "integer"})),
        ("TopicStatus", lambda status: status["enum"].remove("stale")),
        ("Change", lambda each: each["properties"]["before"].update(anyOf=[{"type": "string"}, {"type": "null"}])),
    ],
)
def test_what_a_reader_relies_on_cannot_go_unnoticed(part: str, change: Any) -> None:
    broken = json.loads(json.dumps(NOW))
    change(broken["$defs"][part])
    assert list(breaks(FORMER, broken, broken)) != []
