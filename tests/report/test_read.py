"""Reading a report back: what one is, what none is, and files that nobody should have written."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconciler.errors import ReportNotRead
from reconciler.report.document import FORMAT_VERSION, Report
from reconciler.report.formats import JSON
from reconciler.report.json import render_as_read
from reconciler.report.layout import Detail, TextStyle
from reconciler.report.read import MOST_BYTES, report_in
from reconciler.report.replay import replay
from tests.support.cases import case_folders
from tests.support.command import PROJECT, REPORT_SCHEMA

FROZEN = PROJECT / "tests/cases/report/1.0.json"
"""A report as format 1.0 has them, of an apply; it is never written again."""
VALID: Any = json.loads(FROZEN.read_text())


def contains(whole: Any, part: Any) -> bool:
    """Whether ``whole`` has everything of ``part``, and in mappings perhaps more."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


def test_a_report_of_format_1_0_is_read_without_loss() -> None:
    again = JSON.renderer().render_file(report_in(FROZEN.read_bytes(), "1.0.json"))
    assert contains(json.loads(again), VALID | {"format_version": FORMAT_VERSION})


@pytest.mark.parametrize("folder", case_folders("plan"))
def test_a_report_that_is_read_and_written_again_is_the_same(folder: Path) -> None:
    content = (folder / "plan.json").read_bytes()
    assert render_as_read(report_in(content, "plan.json")).encode() == content


def problems(document: Any, name: str = "r.json") -> list[str]:
    """What is said about the document."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(ReportNotRead) as raised:
        report_in(content, name)
    assert str(raised.value).replace("\n", "").isprintable()
    return str(raised.value).splitlines()


def changed(change: dict[str, Any]) -> Any:
    """The valid report with other values, by path with dots."""
    document = copy.deepcopy(VALID)
    for path, value in change.items():
        *steps, last = (int(step) if step.isdecimal() else step for step in path.split("."))
        holder = document
        for step in steps:
            holder = holder[step]
        holder[last] = value
    return document


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "error: r.json: the file is empty"),
        (b" \n", "error: r.json: the file is empty"),
        (b"[]", "error: r.json: the file is not a report: it is not a JSON object"),
        (b"{}", "error: r.json: the file is not a report: it has no format_version"),
        (b"topics:\n", "r.json:1:1: error: the file is not JSON"),
        (b'{"a": NaN}', "r.json:1:7: error: the file is not JSON"),
        (b'{"a": "\xff"}', "r.json:1:1: error: the file is not JSON"),
        (b'{"a": ' + b"[" * 2000 + b"]" * 2000 + b"}", "error: the file is not JSON: "),
        (FROZEN.read_bytes()[:-100], "error: the file is incomplete"),
        (b" " * (MOST_BYTES + 1), "error: r.json: the file is larger than 256 MiB"),
    ],
    ids=["empty", "blank", "list", "other", "yaml", "nan", "latin", "deep", "cut", "large"],
)
def test_what_is_no_report_is_said(content: bytes, words: str) -> None:
    assert words in problems(content)[0]
    assert problems(content)[1] == "  write a report with --report FILE.json"


@pytest.mark.parametrize("version", [None, 1, "1", "one", "1.x", "1.0\n", "\uff11.0", "9" * 5000 + ".0"])
def test_a_version_that_is_none_is_refused(version: Any) -> None:
    said = problems(changed({"format_version": version}))
    assert "the file is not a report: it" in said[0]


@pytest.mark.parametrize(("version", "hint"), [("2.0", "use a later version of reconciler"), ("0.9", "write a report")])
def test_another_major_version_is_refused(version: str, hint: str) -> None:
    first, second = problems(changed({"format_version": version}))
    assert first == f"error: r.json: the report has format {version}; this version of reconciler reads 1.x"
    assert hint in second


def test_a_later_minor_version_is_read_without_its_new_keys() -> None:
    later = changed({"format_version": "1.7", "waves": [1], "topics.0.wave": {"a": [None]}, "run.host": "h"})
    assert report_in(json.dumps(later).encode(), "r") == report_in(FROZEN.read_bytes(), "r")


def test_a_later_minor_version_with_a_new_kind_is_told_to_need_a_later_reconciler() -> None:
    said = problems(changed({"format_version": "1.7", "command": "rebalance"}))
    assert said[0].startswith("error: r.json: command: must be 'validate', ")
    assert said[1] == f"  the report has format 1.7, later than {FORMAT_VERSION}: use a later version of reconciler"


def test_all_problems_are_said_at_once_each_with_its_path() -> None:
    without = changed({"run.exit_code": -1, "run.started_at": "2026-01-01T00:00:00+02:00", "topics.0.name": 5})
    del without["tool"]["version"]
    without["topics"][0]["origin"] = {"file": "x"}
    without["topics"][0]["changes"][0]["before"] = [1]
    without["topics"][0]["changes"][0]["impact"]["records"] = 10**30
    without["topics"][0]["live"]["config"]["a\x1b]0;\n"] = True
    *lines, hint = problems(without)
    assert [line.removeprefix("error: r.json: ") for line in lines] == [
        "tool.version: is missing",
        "run.started_at: timezone offset of 0 required, got 7200, not '2026-01-01T00:00:00+02:00'",
        "run.exit_code: must be greater than or equal to 0, not -1",
        "topics[0].name: must be a string, not 5",
        "topics[0].origin.line: is missing",
        "topics[0].origin.column: is missing",
        r"topics[0].live.config['a\x1b]0;\n']: must be a string, not true",
        "topics[0].changes[0].before: must be an integer or a string, not a list",
        "topics[0].changes[0].impact.records: must be an integer, not 1e+30",
    ]
    assert hint == "  write a report with --report FILE.json"


def test_of_many_problems_twenty_are_said() -> None:
    said = problems(changed({f"topics.{number}.name": None for number in range(len(VALID["topics"]))}))
    assert len(said) == 20 + 2
    assert said[-2] == f"error: r.json: {len(VALID['topics']) - 20} more values are not those of a report"


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in ``value``."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from nodes(member, (*path, key))


ALIKE: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
"""The paths of everything in the valid report, by what they are without the places in lists."""
for each in nodes(VALID):
    ALIKE[tuple(step for step in each if isinstance(step, str))].append(each)
ANY_NODE = st.sampled_from(sorted(ALIKE)).flatmap(lambda alike: st.sampled_from(ALIKE[alike]))
DEEP: Any = 1
for _ in range(150):
    DEEP = [DEEP]
NUMBERS = [-1, 0, 2**63, 10**30, 1e308, "9" * 5000, "--5", "0", "1.0"]
TEXTS = ["", " ", "x" * 500, "\x1b]0;x\a\u202e", "\n", "config.a.ms", "state"]
WORDS = ["create", "delete", "refused", "stale", "not-checked", "info", "data-loss", "limit", "validate", "ensure"]
MOMENTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01"]
PARTS = [[], {}, [1, 2], DEEP, {"a": DEEP}, {"file": "f", "line": 1, "column": 1}, {"variable": "V"}]
LEAVES = st.sampled_from([None, True, *NUMBERS, *TEXTS, *WORDS, *MOMENTS, *PARTS])
OTHERS = ANY_NODE.map(lambda path: at(VALID, path))


@settings(max_examples=2000)
@given(
    st.lists(st.tuples(ANY_NODE, LEAVES | OTHERS), min_size=1, max_size=3),
    st.sampled_from(Detail),
    st.sampled_from([20, 100]),
)
def test_a_hostile_report_is_refused_or_shown_without_harm(
    changes: list[tuple[tuple[Any, ...], Any]], detail: Detail, width: int
) -> None:
    document = copy.deepcopy(VALID)
    for path, value in changes:
        document = put(document, path, value)
    try:
        report = report_in(json.dumps(document).encode(), "r.json")
    except ReportNotRead as refused:
        event("refused")
        words = str(refused)
    else:
        event("shown")
        words = shown_without_harm(report, TextStyle(detail=detail, width=width))
    assert words.replace("\n", "").isprintable()


def shown_without_harm(report: Report, layout: TextStyle) -> str:
    """The text of the report, whose JSON is as the schema wants it."""
    again = JSON.renderer().render_file(report)
    assert again.replace("\n", "").isprintable()
    REPORT_SCHEMA.validate(json.loads(again))
    return click.unstyle(replay(report, layout))


@pytest.mark.parametrize(
    "change",
    [
        {"diagnostics.0.code": "not-checked", "diagnostics.0.severity": "info", "diagnostics.0.message": ""},
        {"topics.0.changes.0.field": "config.retention.ms", "topics.0.changes.0.after": "9" * 5000},
        {"topics.0.changes.0.field": "config.retention.bytes", "topics.0.changes.0.before": "--5"},
        {"summary.odd": {"a": DEEP}},
        {"summary.odd": {"\ud83d\ude00\x1b": {"\u202e": [1e308, 10**30, -(2**70)]}}},
        {"topics.0.name": "", "topics.0.changes.0.field": "", "cluster.bootstrap_servers": " " * 300},
        {"run.started_at": "0001-01-01T00:00:00Z", "run.finished_at": "9999-12-31T23:59:59.999999Z"},
    ],
)
def test_odd_values_are_shown(change: dict[str, Any]) -> None:
    report = report_in(json.dumps(changed(change)).encode(), "r.json")
    for detail in Detail:
        text = shown_without_harm(report, TextStyle(detail=detail))
        assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("depth", [210, 300])
def test_what_is_nested_too_deeply_is_refused(depth: int) -> None:
    deeper: Any = 1
    for _ in range(depth):
        deeper = {"a": deeper}
    assert "nested too deeply" in problems(changed({"topics.0.changes.0.waiver": deeper}))[0]


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with ``value`` at ``path``; as it is where an earlier change has taken that path away."""
    if not path:
        return copy.deepcopy(value)
    with suppress(KeyError, IndexError, TypeError):
        at(document, path[:-1])[path[-1]] = copy.deepcopy(value)
    return document
