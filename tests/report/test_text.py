"""What the text says agrees with the document, for every combination of what can come of topics."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import click
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.report.document import Refusal, Topic
from reconciler.report.text import Detail, TextStyle, render, render_file
from tests.report.plans import accounts, report_of


def numbers(line: str) -> dict[str, int]:
    """``2 to create, 1 refused (1 in part)`` as numbers, without what stands in brackets."""
    _, _, listed = re.sub(r" \([^)]*\)", "", line.rstrip(".\n")).partition(": ")
    pairs = [item.split(" ", 1) for item in listed.split(", ")]
    return {what.removeprefix("topics ").removeprefix("topic "): int(number) for number, what in pairs}


@given(accounts())
def test_the_plan_counts_each_topic_once_and_as_the_document_does(ledger: Ledger) -> None:
    report = report_of("plan", ledger)
    said = numbers(click.unstyle(render(report, TextStyle(width=1000))).splitlines()[-1])
    assert sum(said.values()) == len(report.topics)
    statuses: Counter[str] = Counter(topic.status for topic in report.topics)
    assert said["to create"] + said["to change"] + said.get("to delete", 0) == statuses["planned"]
    assert said["unchanged"] == report.summary.skip == statuses["unchanged"]
    assert said.get("refused", 0) == report.summary.refused
    assert said.get("stale", 0) == report.summary.stale
    assert said.get("unreadable", 0) == report.summary.unreadable


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_the_obstacles_of_what_is_refused_are_counted_by_topic(ledger: Ledger, command: Any) -> None:
    report = report_of(command, ledger)
    last = click.unstyle(render(report, TextStyle(width=1000))).splitlines()[-1]
    refused = [topic for topic in report.topics if topic.status == "refused"]
    for words, kind in {"needs? consent": "needs-consent", "protected": "protected", "over a limit": "limit"}.items():
        said = re.search(rf"(\d+) {words}", last)
        of_kind = [topic for topic in refused if kind in {each.kind for each in refusals_in(topic)}]
        assert (int(said[1]) if said else 0) == len(of_kind)


def refusals_in(topic: Topic) -> list[Refusal]:
    return [each for each in [topic.refusal, *(change.refusal for change in topic.changes)] if each is not None]


def shown(text: str) -> list[str]:
    """The first lines of topics, and of groups of topics, in a plan."""
    return re.findall(r"^[+~!?-] (?:topic-\d+|\d+ topics(?! refused)).*", text, re.MULTILINE)


def number_of(line: str) -> int:
    return int(together[1]) if (together := re.match(r". (\d+) topics", line)) else 1


ANY_DETAIL = st.sampled_from(sorted(set(Detail) - {Detail.SUMMARY}))


@given(accounts(), ANY_DETAIL, st.sampled_from([60, 100, 160]))
def test_a_plan_shows_each_topic_that_changes_exactly_once(ledger: Ledger, detail: Detail, width: int) -> None:
    report = report_of("plan", ledger)
    heads = shown(click.unstyle(render(report, TextStyle(detail=detail, width=width))))
    changing = [topic.name for topic in report.topics if topic.action != "skip"]
    assert sum(map(number_of, heads)) == len(changing)
    apart = [line.split()[1] for line in heads if number_of(line) == 1]
    assert len(set(apart)) == len(apart)
    assert set(apart) <= set(changing)
    if detail >= Detail.CHANGES:
        assert set(apart) == set(changing), "with --no-compact nothing is shown together"


def needs_attention(topic: Topic) -> bool:
    return topic.status in {"refused", "stale", "unknown"}


@given(accounts(), ANY_DETAIL)
def test_what_needs_a_person_comes_first_and_is_counted(ledger: Ledger, detail: Detail) -> None:
    report = report_of("plan", ledger)
    text = click.unstyle(render(report, TextStyle(detail=detail)))
    urgent = {topic.name for topic in report.topics if needs_attention(topic)}
    risky = {
        topic.name
        for topic in report.topics
        if topic.name not in urgent and any(change.verdict == "risky" for change in topic.changes)
    }
    apart = [line.split()[1] for line in shown(text) if number_of(line) == 1]
    order = [0 if name in urgent else 1 if name in risky else 2 for name in apart]
    assert order == sorted(order)
    said = re.search(r"^(\d+) topics? needs? attention", text, re.MULTILINE)
    assert (int(said[1]) if said else 0) == len(urgent)
    said = re.search(r"^(?:.*, )?(\d+) (?:topics? )?(?:is|are) risky with consent", text, re.MULTILINE)
    assert (int(said[1]) if said else 0) == len(risky)


@given(accounts(), ANY_DETAIL)
def test_every_risk_is_shown_with_its_numbers_and_readers(ledger: Ledger, detail: Detail) -> None:
    report = report_of("plan", ledger)
    text = click.unstyle(render(report, TextStyle(detail=detail)))
    apart = {line.split()[1] for line in shown(text)}
    for topic in (each for each in report.topics if each.name in apart):
        _, _, part = text.partition(f" {topic.name}  topics.yaml:3\n")
        part = re.split(r"^\S", part, maxsplit=1, flags=re.MULTILINE)[0]
        for change in topic.changes:
            if change.impact is None or change.consent is None:
                continue
            if change.impact.records is None:
                assert "copies every partition" in part
                continue
            assert f"removes at most {change.impact.records:,} records" in part
            lost = "billing: classic, stable, lag 40, loses at most 20 unread records"
            assert (lost if change.impact.readers else "read by no group") in part
            if change.consent.given_by is not None and change.refusal is None:
                assert f"consent: {change.consent.given_by}" in part
            if change.refusal is not None and change.refusal.kind != "limit":
                assert change.refusal.way_out in part
        assert all(each.why in text for change in topic.changes if change.impact for each in change.impact.unknown)


@given(accounts())
def test_the_result_counts_each_topic_once_and_as_the_document_does(ledger: Ledger) -> None:
    report = report_of("apply", ledger)
    said = numbers(click.unstyle(render(report, TextStyle(width=1000))).splitlines()[-1])
    assert sum(said.values()) == len(report.topics)
    for status in ("applied", "failed", "refused", "stale", "unknown"):
        assert said.get(status, 0) == getattr(report.summary, status)
    assert said["unchanged"] == report.summary.skip


@given(accounts(), st.sampled_from(Detail))
def test_what_came_of_each_change_of_a_topic_is_said_where_it_differs(ledger: Ledger, detail: Detail) -> None:
    report = report_of("apply", ledger)
    text = click.unstyle(render(report, TextStyle(detail=detail)))
    for topic in report.topics:
        part = text.partition(f"{topic.name}: ")[2].partition("\ntopic-")[0]
        if topic.status in {"failed", "refused", "unknown", "not_attempted", "stale"}:
            assert part.startswith(topic.status.replace("_", " ")), "trouble is shown however quiet"
            differing = {change.status for change in topic.changes} - {topic.status}
            for change in topic.changes if differing else ():
                is_done_by_others = change.found_done and change.status == "applied"
                words = "found done" if is_done_by_others else change.status.replace("_", " ")
                assert f"{change.field.removeprefix('config.')}: {words}" in part
        assert "failed, verified" not in part


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_the_record_has_cluster_time_plan_and_result(ledger: Ledger, command: Any) -> None:
    report = report_of(command, ledger)
    text = render_file(report)
    assert text.startswith(f"reconciler {command}, 2026-01-01 00:00:00 UTC, 1.0 s: ")
    assert "Plan for kafka:9092 (cluster c, 1 broker)" in text
    assert ("\nApply: " in text) == (command == "apply")
    # The same plan is said after it was carried out as before.
    assert click.unstyle(render(report_of("plan", ledger), TextStyle())).splitlines()[-1] in text
