"""The first line of a comment and of a page: what needs a person, and what came of a run, counted once each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from reconciler.apply import Ledger
from reconciler.model import ChangeSource, RunStatus, TopicStatus
from reconciler.report.came_of import came_of
from reconciler.report.document import Report
from reconciler.report.entries import entries
from reconciler.report.formats import FORMATS
from reconciler.report.headline import headline
from reconciler.report.layout import TextStyle
from reconciler.report.read import report_in
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT

PLANS = PROJECT / "tests/cases/plan"


def plan(name: str) -> Report:
    return report_in((PLANS / name / "plan.json").read_bytes(), name)


def with_sources(report: Report, source: ChangeSource) -> Report:
    return replace(
        report,
        topics=[
            replace(topic, source=source, changes=[replace(change, source=source) for change in topic.changes])
            for topic in report.topics
        ],
    )


@given(accounts())
def test_each_change_of_a_plan_is_counted_once(ledger: Ledger) -> None:
    report = report_of("plan", ledger)
    line = re.sub(r"\(.*?\)", "", headline(report)).removeprefix("kafka:9092: ")
    if line.startswith("in sync"):
        assert not entries(report)
    else:
        assert sum(map(int, re.findall(r"\d+", line))) == len(entries(report))


def test_changes_that_are_not_from_this_branch_are_counted_apart() -> None:
    said = "2 changes need a person (2 not from this branch), 10 are risky with consent (4 not from this branch)"
    assert headline(plan("base")) == f"kafka:9092: {said}, 4 are routine, 5 are not from this branch"


def test_a_pull_request_is_told_in_one_line() -> None:
    said = "kafka:9092: 3 changes need a person, 41 are routine, 2 are not from this branch"
    assert headline(plan("pull-request")) == said


@pytest.mark.parametrize("source", [ChangeSource.MERGED, ChangeSource.CLUSTER])
def test_a_branch_that_changes_nothing_is_not_told_of_routine_changes(source: ChangeSource) -> None:
    routine = replace(plan("create"), topics=plan("create").topics[:1])
    assert headline(routine).endswith(": 1 change is routine")
    assert headline(with_sources(routine, source)).endswith(": 1 change is not from this branch")


@given(accounts())
def test_what_somebody_else_made_is_not_counted_as_applied(ledger: Ledger) -> None:
    report = report_of("apply", ledger)
    line = headline(report)
    if report.run.status is RunStatus.INTERRUPTED:
        return
    results = [came_of(topic) for topic in report.topics]
    applied = sum(each in {"applied", "deleted"} for each in results)
    assert re.search(r"(\d+) topics? applied", line)[1] == str(applied)  # type: ignore[index]
    found = re.search(r"(\d+) found done", line)
    assert int(found[1] if found else 0) == results.count("found done")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_change_that_somebody_else_made_is_told_as_found_done(form: str) -> None:
    report = plan("changes")
    topics = [
        replace(
            topic, changes=[replace(change, status=TopicStatus.APPLIED, found_done=True) for change in topic.changes]
        )
        for topic in report.topics
    ]
    text = FORMATS[form].renderer().render_file(replace(report, topics=topics))
    assert "found done: somebody else made this change" in text
    assert "found done" not in FORMATS[form].renderer().render_file(report)


@pytest.mark.parametrize("form", ["markdown", "html", "text", "junit"])
def test_a_waiver_of_a_change_is_told_beside_it_with_its_place(form: str) -> None:
    text = FORMATS[form].renderer().render(plan("waived"), TextStyle(width=1000))
    waivers = [change.waiver for topic in plan("waived").topics for change in topic.changes if change.waiver]
    assert waivers
    for waiver in waivers:
        assert "audits accept the difference" in text
        assert f"{waiver.origin.file}:{waiver.origin.line}" in text
