"""What the text says agrees with the document, for every combination of what can come of topics."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import click
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.apply.ledger import Seen
from reconciler.errors import Location
from reconciler.model import (
    Action,
    Attempt,
    Command,
    Consent,
    Create,
    Decision,
    Delete,
    Drift,
    FieldChange,
    Impact,
    InSync,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Operation,
    Plan,
    Record,
    Refusal,
    RefusalKind,
    Refused,
    Risk,
    RiskKind,
    Risky,
    TopicPlan,
    TopicSpec,
    Unreadable,
    Verification,
)
from reconciler.plan import outlook, sealed, step_of
from reconciler.report.build import build
from reconciler.report.document import Report
from reconciler.report.text import Detail, TextStyle, render, render_file
from tests.support.steps import NO_ANSWER, NOON, REFUSED

PLACE = Location("topics.yaml", 3, 3)
STAY = Refusal(kind=RefusalKind.IMPOSSIBLE, reason="replicas do not move", way_out="leave them")
CHANGES = {
    "partitions": FieldChange(field="partitions", before=1, after=2),
    "retention": FieldChange(field="config.retention.ms", before="1", after="2"),
    "impossible": FieldChange(field="replication_factor", before=1, after=2, decision=Refused(STAY)),
}
DELETION = Risk(kind=RiskKind.DELETE, reason="deletes the topic", impact=Impact(records=3))
CONSENT = Consent(kind=RiskKind.DELETE, given_by="--allow delete")
OBJECTION = st.none() | st.just(STAY) | st.just(Refusal.by(REFUSED))


@st.composite
def topics(draw: st.DrawFn) -> TopicPlan:
    """Any plan of one topic."""
    action: Action = draw(st.sampled_from(Action))
    desired = TopicSpec(name="", origin=PLACE, config={"retention.ms": "2"})
    live = LiveTopic(name="", partitions=1, replication_factor=1)
    match action:
        case Action.CREATE:
            return Create(desired=desired, refusal=draw(OBJECTION))
        case Action.DRIFT:
            chosen = draw(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, unique=True))
            return Drift(desired=desired, live=live, changes=[CHANGES[each] for each in chosen])
        case Action.DELETE:
            decisions: list[Decision] = [Risky(DELETION), Risky(DELETION, CONSENT), Refused(STAY, DELETION)]
            decision = decisions[draw(st.integers(0, 2))]
            state = FieldChange(field="state", before="present", after="absent", decision=decision)
            return Delete(desired=replace(desired, is_absent=True), live=live, changes=[state])
        case Action.UNREADABLE:
            return Unreadable(desired=desired, failure=NO_ANSWER)
        case Action.SKIP:
            return InSync(desired=desired, live=live)


@st.composite
def accounts(draw: st.DrawFn) -> Ledger:
    """Any plan, and anything that may have come of it."""
    found = draw(st.lists(topics(), max_size=6))
    named = [replace(each, desired=replace(each.desired, name=f"topic-{place}")) for place, each in enumerate(found)]
    ledger = Ledger(sealed(Plan(topics=named, cluster_id="c")))
    for topic in named:
        for operation in operations_of(topic):
            answer = draw(st.sampled_from(["not sent", "accepted", "refused", "lost"]))
            failures: dict[str, KafkaFailure | None] = {"accepted": None, "refused": REFUSED, "lost": NO_ANSWER}
            if answer in failures:
                attempt = Attempt(
                    operation=operation, number=1, started_at=NOON, duration_seconds=0, failure=failures[answer]
                )
                ledger.attempted(topic.name, attempt)
        seen = draw(st.none() | st.sampled_from(Verification))
        if seen is not None and ledger.operations_to_verify(topic.name):
            ledger.saw(topic.name, Seen(verification=seen, at=NOON))
    return ledger


def operations_of(topic: TopicPlan) -> list[Operation]:
    return [operation for operation in Operation if step_of(operation).weight(topic)]


def report_of(command: Literal["plan", "apply"], ledger: Ledger) -> Report:
    outcomes = ledger.outcomes() if command == "apply" else outlook(ledger.plan)
    return build(
        Record(
            command=Command(command),
            version="0",
            id="0",
            started_at=datetime(2026, 1, 1, tzinfo=UTC),
            finished_at=NOON,
            duration_seconds=1,
            bootstrap_servers="kafka:9092",
            live=LiveState(cluster_id="c", brokers=1, topics={}),
            plan=ledger.plan,
            outcomes=outcomes,
        )
    )


def numbers(line: str) -> dict[str, int]:
    """``2 to create, 1 refused (1 in part)`` as numbers, without what stands in brackets."""
    _, _, listed = re.sub(r" \([^)]*\)", "", line.rstrip(".\n")).partition(": ")
    pairs = [item.split(" ", 1) for item in listed.split(", ")]
    return {what.removeprefix("topics ").removeprefix("topic "): int(number) for number, what in pairs}


@given(accounts())
def test_the_plan_counts_each_topic_once_and_as_the_document_does(ledger: Ledger) -> None:
    report = report_of("plan", ledger)
    said = numbers(click.unstyle(render(report, TextStyle())).splitlines()[-1])
    assert sum(said.values()) == len(report.topics)
    statuses: Counter[str] = Counter(topic.status for topic in report.topics)
    assert said["to create"] + said["to change"] + said.get("to delete", 0) == statuses["planned"]
    assert said["unchanged"] == report.summary.skip == statuses["unchanged"]
    assert said.get("refused", 0) == report.summary.refused
    assert said.get("unreadable", 0) == report.summary.unreadable


@given(accounts())
def test_the_result_counts_each_topic_once_and_as_the_document_does(ledger: Ledger) -> None:
    report = report_of("apply", ledger)
    said = numbers(click.unstyle(render(report, TextStyle())).splitlines()[-1])
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
                assert f"{change.field.removeprefix('config.')}: {change.status.replace('_', ' ')}" in part
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
