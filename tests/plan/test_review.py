"""Today's plan beside a reviewed one: what is done, what is stale, what was found done, which consent counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given

from reconciler.model import (
    Consent,
    ConsentForTopics,
    Create,
    Delete,
    DesiredState,
    Drift,
    InSync,
    LiveGroup,
    LiveState,
    LiveTopic,
    Measured,
    PartitionOffsets,
    Permission,
    Plan,
    Policy,
    RefusalKind,
    Refused,
    RiskKind,
    Risky,
    Scope,
    TopicSpec,
    TopicStatus,
    Unmeasured,
    changes_of,
    is_made,
    refusal_of,
)
from reconciler.plan import notes
from tests.plan.facts import desired_states, live_states
from tests.plan.reviewing import Cluster, carried_out, outcome, saved
from tests.plan.risks import HERE, spec

WEEK, THREE_DAYS, EIGHT_DAYS = "604800000", "259200000", "691200000"
ID = "AAAAAAAAAAAAAAAAAAAAAQ"
THERE = LiveTopic(name="orders", partitions=2, replication_factor=1, overrides={"retention.ms": WEEK}, topic_id=ID)
WANTED = spec(partitions=2, replication_factor=1, config={"retention.ms": EIGHT_DAYS})
MORE = replace(WANTED, config={**WANTED.config, "file.delete.delay.ms": "50000"})
AS_WANTED = replace(THERE, overrides={"retention.ms": EIGHT_DAYS})
OTHER_ID = replace(THERE, topic_id="AAAAAAAAAAAAAAAAAAAAAg")
ABSENT = replace(spec(), is_absent=True)
CHANGED = "the topic was changed after the reviewed plan: "
TO_DELETE = Permission(
    consents=[ConsentForTopics(glob="*", consent=Consent(kind=RiskKind.DELETE, given_by="--allow delete"))]
)


def manifest(*topics: TopicSpec, **more: Any) -> DesiredState:
    return DesiredState(topics=topics, **more)


def cluster(*topics: LiveTopic | None) -> Cluster:
    return Cluster.of(*(topic for topic in topics if topic is not None))


def with_override(topic: LiveTopic, **overrides: str | None) -> LiveTopic:
    renamed = {key.replace("_", "."): value for key, value in overrides.items()}
    return replace(topic, overrides={**topic.overrides, **renamed})


CASES: dict[str, tuple[TopicSpec, LiveTopic | None, LiveTopic | None, TopicStatus, str | None]] = {
    "a change": (WANTED, THERE, THERE, TopicStatus.PLANNED, None),
    "a create": (WANTED, None, None, TopicStatus.PLANNED, None),
    "a delete": (ABSENT, THERE, THERE, TopicStatus.PLANNED, None),
    "nothing": (WANTED, AS_WANTED, AS_WANTED, TopicStatus.UNCHANGED, None),
    "a value changed by hand": (
        WANTED,
        THERE,
        with_override(THERE, retention_ms=THREE_DAYS),
        TopicStatus.STALE,
        f"{CHANGED}retention.ms is 259200000 (3d), reviewed 604800000 (7d)",
    ),
    "another value set by hand": (
        WANTED,
        THERE,
        with_override(THERE, flush_ms="5"),
        TopicStatus.STALE,
        f"{CHANGED}flush.ms is 5, reviewed not set",
    ),
    "a value reset by hand": (
        WANTED,
        THERE,
        replace(THERE, overrides={}),
        TopicStatus.STALE,
        f"{CHANGED}retention.ms is not set, reviewed 604800000 (7d)",
    ),
    "two values": (
        WANTED,
        THERE,
        with_override(replace(THERE, partitions=3), flush_ms="5"),
        TopicStatus.STALE,
        f"{CHANGED}partitions is 3, reviewed 2; flush.ms is 5, reviewed not set",
    ),
    "a value that a plan leaves alone": (
        WANTED,
        THERE,
        with_override(THERE, leader_replication_throttled_replicas="*"),
        TopicStatus.PLANNED,
        None,
    ),
    "the change, made by hand": (WANTED, THERE, AS_WANTED, TopicStatus.UNCHANGED, None),
    "one of two changes, made by hand": (MORE, THERE, AS_WANTED, TopicStatus.PLANNED, None),
    "one of two changes, and another one": (
        MORE,
        THERE,
        with_override(AS_WANTED, flush_ms="5"),
        TopicStatus.STALE,
        f"{CHANGED}flush.ms is 5, reviewed not set",
    ),
    "drift of a topic that was in sync": (
        WANTED,
        AS_WANTED,
        THERE,
        TopicStatus.STALE,
        f"{CHANGED}retention.ms is 604800000 (7d), reviewed 691200000 (8d)",
    ),
    "a topic deleted": (WANTED, THERE, None, TopicStatus.STALE, "the topic was deleted after the reviewed plan"),
    "a topic in sync deleted": (
        WANTED,
        AS_WANTED,
        None,
        TopicStatus.STALE,
        "the topic was deleted after the reviewed plan",
    ),
    "a topic created again": (
        WANTED,
        THERE,
        OTHER_ID,
        TopicStatus.STALE,
        "the topic was deleted and created again after the reviewed plan: it is another topic",
    ),
    "a topic without a known id": (WANTED, THERE, replace(THERE, topic_id=None), TopicStatus.PLANNED, None),
    "a topic created with other settings": (
        WANTED,
        None,
        THERE,
        TopicStatus.STALE,
        "the topic was created after the reviewed plan, otherwise than wanted: "
        "retention.ms is 604800000 (7d), wanted 691200000 (8d)",
    ),
    "the topic, created by hand": (WANTED, None, AS_WANTED, TopicStatus.UNCHANGED, None),
    "the topic, deleted by hand": (ABSENT, THERE, None, TopicStatus.UNCHANGED, None),
    "another topic to delete": (
        ABSENT,
        THERE,
        OTHER_ID,
        TopicStatus.STALE,
        "the topic was deleted and created again after the reviewed plan: it is another topic",
    ),
    "a topic to delete, changed by hand": (
        ABSENT,
        THERE,
        with_override(THERE, retention_ms=THREE_DAYS),
        TopicStatus.STALE,
        f"{CHANGED}retention.ms is 259200000 (3d), reviewed 604800000 (7d)",
    ),
    "a topic to be absent, created": (
        ABSENT,
        None,
        THERE,
        TopicStatus.STALE,
        "the topic was created after the reviewed plan, otherwise than wanted: state is present, wanted absent",
    ),
}


@pytest.mark.parametrize(("wanted", "then", "now", "status", "reason"), CASES.values(), ids=CASES)
def test_a_topic_is_done_as_far_as_it_is_as_reviewed(
    wanted: TopicSpec, then: LiveTopic | None, now: LiveTopic | None, status: TopicStatus, reason: str | None
) -> None:
    desired = manifest(wanted)
    made = carried_out(saved(desired, cluster(then), TO_DELETE), desired, cluster(now))
    found = outcome(made)
    assert found.status is status
    assert (found.refusal.reason if found.refusal is not None else None) == reason
    if reason is not None:
        assert not made.has_work
        assert found.refusal is not None
        assert found.refusal.kind is RefusalKind.STALE


@pytest.mark.parametrize(
    ("wanted", "then", "now", "is_found"),
    [
        (WANTED, THERE, AS_WANTED, True),
        (WANTED, None, AS_WANTED, True),
        (ABSENT, THERE, None, True),
        (WANTED, AS_WANTED, AS_WANTED, False),
        (WANTED, THERE, replace(AS_WANTED, topic_id=OTHER_ID.topic_id), False),
    ],
)
def test_what_was_to_be_done_and_is_done_already_is_told(
    wanted: TopicSpec, then: LiveTopic | None, now: LiveTopic | None, is_found: bool
) -> None:
    desired = manifest(wanted)
    made = carried_out(saved(desired, cluster(then), TO_DELETE), desired, cluster(now))
    (topic,) = made.topics
    assert isinstance(topic, InSync)
    assert topic.found_done is is_found
    told = [note.message for note in notes(made) if note.code == "found-done"]
    assert told == (["1 topic of the reviewed plan found done: orders"] if is_found else [])


def test_many_topics_that_were_found_done_are_one_note() -> None:
    desired = manifest(*(spec(f"t{number}") for number in range(7)))
    there = [LiveTopic(name=f"t{number}", partitions=1, replication_factor=1) for number in range(7)]
    (note,) = notes(carried_out(saved(desired, cluster()), desired, cluster(*there)))
    assert note.message == "7 topics of the reviewed plan found done: t0, t1, t2, t3, t4 and 2 more"


def test_what_the_reviewed_plan_refuses_stays_refused() -> None:
    desired = manifest(replace(MORE, config={**MORE.config, "retention.ms": THREE_DAYS}))
    old = Measured(offsets={"orders": {0: PartitionOffsets(0, 100, 50)}}, groups=[])
    reviewed = saved(desired, replace(cluster(THERE), measured=old))
    (topic,) = carried_out(reviewed, desired, cluster(THERE)).topics
    assert isinstance(topic, Drift)
    assert [change.field for change in topic.made_changes] == ["config.file.delete.delay.ms"]
    (refused,) = topic.refused_changes
    assert isinstance(refused.decision, Refused)
    assert refused.decision.refusal.kind is RefusalKind.NEEDS_CONSENT
    assert refused.decision.refusal.reason.startswith("refused in the reviewed plan: ")
    assert outcome(carried_out(reviewed, desired, cluster(THERE))).status is TopicStatus.REFUSED


def test_a_create_that_the_reviewed_plan_refuses_stays_refused() -> None:
    desired = manifest(WANTED)
    reviewed = saved(desired, cluster(), Permission(creating=False))
    (topic,) = carried_out(reviewed, desired, cluster()).topics
    assert isinstance(topic, Create)
    refusal = refusal_of(topic)
    assert refusal is not None
    assert refusal.kind is RefusalKind.CREATION_OFF


def test_creating_can_be_turned_off_for_a_reviewed_plan_too() -> None:
    desired = manifest(WANTED)
    made = carried_out(saved(desired, cluster()), desired, cluster(), Permission(creating=False))
    assert not made.has_work


def test_limits_are_not_judged_again() -> None:
    names = [f"t{number}" for number in range(12)]
    there = [replace(THERE, name=name) for name in names]
    desired = manifest(*(replace(ABSENT, name=name) for name in names))
    allowed = replace(TO_DELETE, exceeding_limits=True)
    made = carried_out(saved(desired, cluster(*there), allowed), desired, cluster(*there))
    assert all(topic.has_work for topic in made.topics)
    assert not [note for note in notes(made) if note.code == "limits-exceeded"]
    refused = carried_out(saved(desired, cluster(*there), TO_DELETE), desired, cluster(*there))
    assert not refused.has_work


# Pruning

SCOPE = Scope(include=["*"], origin=HERE)
TO_PRUNE = replace(TO_DELETE, pruning=True, exceeding_limits=True)
LISTED = replace(WANTED, name="listed")


def test_only_those_unmanaged_topics_are_deleted_that_the_reviewed_plan_deletes() -> None:
    desired = manifest(LISTED, scope=SCOPE)
    there, new = replace(THERE, name="old"), replace(THERE, name="new")
    reviewed = saved(desired, cluster(there), TO_PRUNE)
    made = carried_out(reviewed, desired, cluster(there, new))
    assert [topic.name for topic in made.topics if isinstance(topic, Delete) and topic.has_work] == ["old"]
    assert [topic.name for topic in made.unmanaged] == ["new"]
    gone = carried_out(reviewed, desired, cluster(new))
    assert [topic.name for topic in gone.topics if isinstance(topic, InSync) and topic.found_done] == ["old"]
    another = carried_out(reviewed, desired, cluster(replace(there, topic_id=OTHER_ID.topic_id)))
    assert outcome(another, "old").status is TopicStatus.STALE


# Consent

LOSSY = manifest(spec(partitions=2, replication_factor=1, config={"retention.ms": THREE_DAYS}))
CONSENT = Permission(
    consents=[
        ConsentForTopics(glob="*", consent=Consent(kind=RiskKind.DATA_LOSS, given_by="--allow data-loss", up_to=100))
    ]
)


def reader(group: str, committed: int | None) -> LiveGroup:
    offsets = {} if committed is None else {"orders": {0: committed}}
    return LiveGroup(name=group, type="classic", state="stable", assigned=frozenset({"orders"}), committed=offsets)


def losing(records: int | None, size: int | None = 10, groups: list[LiveGroup] | None = None) -> Cluster:
    """A cluster on which the shorter retention removes so many records, of a partition of so many bytes."""
    offsets = {} if records is None else {"orders": {0: PartitionOffsets(0, 1000, records)}}
    return replace(
        cluster(THERE),
        measured=Measured(
            offsets=offsets,
            sizes={} if size is None else {"orders": {0: size}},
            groups=groups or [],
            unknown={"orders": [Unmeasured(what="records", why="not authorized")]} if records is None else {},
        ),
    )


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (losing(20), losing(20), None),
        (losing(20), losing(10, 5), None),
        (losing(20), losing(0), None),
        (losing(20), losing(21), "the impact is larger than reviewed: 21 records, reviewed 20"),
        (losing(20), losing(20, 11), "the impact is larger than reviewed: 11 bytes, reviewed 10"),
        (losing(20), losing(20, None), "an unknown number of bytes, reviewed 10"),
        (losing(20), losing(None), "the number of records is not known"),
        (losing(20, None), losing(20, 99), None),
        (losing(20), losing(20, groups=[reader("billing", 20)]), None),
        (losing(20), losing(20, groups=[reader("billing", 19)]), "group 'billing' reads the topic now, and did not"),
        (losing(20), losing(20, groups=[reader("billing", None)]), "group 'billing' reads the topic now, and did not"),
        (
            losing(20, groups=[reader("billing", 15)]),
            losing(20, groups=[reader("billing", 10)]),
            "group 'billing' loses 10 unread records, reviewed 5",
        ),
        (losing(20, groups=[reader("billing", 10)]), losing(20, groups=[reader("billing", 15)]), None),
        (losing(20, groups=[reader("billing", 10)]), losing(20), None),
        (losing(100), losing(101), "covers up to 100 records, but up to 101 were measured"),
    ],
)
def test_consent_counts_while_nothing_measured_is_larger(then: Cluster, now: Cluster, words: str | None) -> None:
    made = carried_out(saved(LOSSY, then, CONSENT), LOSSY, now)
    (topic,) = made.topics
    (change,) = changes_of(topic)
    if words is None:
        assert is_made(change.decision)
        return
    assert isinstance(change.decision, Refused)
    assert change.decision.refusal.kind is RefusalKind.NEEDS_CONSENT
    assert words in change.decision.refusal.reason
    assert change.decision.refusal.way_out.startswith("run plan again")


def test_the_consent_names_its_place_and_the_plan() -> None:
    (topic,) = carried_out(saved(LOSSY, losing(20), CONSENT), LOSSY, losing(20)).topics
    (change,) = changes_of(topic)
    assert isinstance(change.decision, Risky)
    assert change.decision.consent is not None
    assert change.decision.consent.given_by == "--allow data-loss, reviewed in plan.json"
    assert change.decision.consent.up_to == 100


def test_a_risk_that_the_policy_only_warns_about_still_has_its_warning() -> None:
    desired = replace(LOSSY, policy=Policy(warn_only={RiskKind.DATA_LOSS: HERE}))
    made = carried_out(saved(desired, losing(20)), desired, losing(20))
    assert "data-loss without consent on 1 topic: orders" in [note.message for note in notes(made)]
    assert not carried_out(saved(desired, losing(20)), desired, losing(21)).has_work


def test_consent_that_has_expired_does_not_count() -> None:
    consent = Consent(kind=RiskKind.DATA_LOSS, given_by="topics.yaml:3:5", until=date(2026, 1, 1))
    desired = manifest(replace(LOSSY.topics[0], allow=[consent]))
    reviewed = saved(desired, losing(20))
    assert carried_out(reviewed, desired, losing(20)).has_work
    was = reviewed.topics["orders"]
    change = was.changes["config.retention.ms"]
    expired = replace(change, consent=replace(consent, until=date(2025, 12, 31)))
    reviewed = replace(reviewed, topics={"orders": replace(was, changes={"config.retention.ms": expired})})
    assert "expired on 2025-12-31" in str(decision(carried_out(reviewed, desired, losing(20))))


def decision(made: Plan) -> Any:
    return changes_of(made.topics[0])[0].decision


def test_consent_in_the_manifest_alone_does_not_count() -> None:
    """Such a manifest has another digest; this is the second lock."""
    reviewed = saved(LOSSY, losing(20))
    consent = Consent(kind=RiskKind.DATA_LOSS, given_by="topics.yaml:3:5")
    made = carried_out(reviewed, manifest(replace(LOSSY.topics[0], allow=[consent])), losing(20))
    assert not made.has_work


def test_a_change_that_was_safe_and_is_risky_now_is_stale() -> None:
    made = carried_out(saved(LOSSY, losing(0)), LOSSY, losing(20))
    assert decision(made).refusal.kind is RefusalKind.STALE
    assert "the change is risky now, and was safe in the reviewed plan: " in decision(made).refusal.reason
    assert "at most 20 records" in decision(made).refusal.reason
    assert outcome(made).status is TopicStatus.STALE


def test_a_protected_topic_stays_protected() -> None:
    desired = manifest(replace(LOSSY.topics[0], is_protected=True))
    reviewed = saved(LOSSY, losing(20), CONSENT)
    assert decision(carried_out(reviewed, desired, losing(20))).refusal.kind is RefusalKind.PROTECTED


def test_consent_to_another_kind_of_risk_does_not_count() -> None:
    reviewed = saved(LOSSY, losing(20), CONSENT)
    was = reviewed.topics["orders"].changes["config.retention.ms"]
    assert was.consent is not None
    other = replace(was, consent=replace(was.consent, kind=RiskKind.DELETE))
    topics = {"orders": replace(reviewed.topics["orders"], changes={"config.retention.ms": other})}
    made = carried_out(replace(reviewed, topics=topics), LOSSY, losing(20))
    assert "shows no consent to data-loss" in decision(made).refusal.reason


# Whatever was reviewed


@given(desired_states(), live_states(), live_states())
def test_nothing_is_made_that_was_not_reviewed(desired: DesiredState, then: LiveState, now: LiveState) -> None:
    before, after = Cluster(then.topics), Cluster(now.topics)
    reviewed = saved(desired, before)
    made = carried_out(reviewed, desired, after)
    for topic in made.topics:
        was = reviewed.topics[topic.name]
        if isinstance(topic, Create) and topic.has_work:
            event("create")
            assert was.live is None
            assert was.refusal is None
        for change in changes_of(topic):
            if is_made(change.decision):
                event("change")
                seen = was.changes[change.field]
                assert (seen.before, seen.after, seen.refusal) == (change.before, change.after, None)


@given(desired_states(), live_states())
def test_all_is_done_that_was_reviewed_while_nothing_changes(desired: DesiredState, live: LiveState) -> None:
    there = Cluster(live.topics)
    reviewed = saved(desired, there)
    made = carried_out(reviewed, desired, there)
    assert {topic.name: topic.has_work for topic in made.topics} == {
        name: topic.has_work for name, topic in reviewed.topics.items()
    }


def test_rules_of_the_policy_still_hold() -> None:
    desired = manifest(WANTED, policy=Policy(keep_extra_config=True))
    made = carried_out(saved(desired, cluster(THERE)), desired, cluster(with_override(THERE, flush_ms="5")))
    assert outcome(made).status is TopicStatus.PLANNED, "an override that is kept does not matter"
