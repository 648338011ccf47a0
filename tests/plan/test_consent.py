"""Who consents to a risky change, and what is said where nobody does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import (
    Consent,
    ConsentForTopics,
    Permission,
    Plan,
    Policy,
    ReadingGroup,
    Refusal,
    RefusalKind,
    Refused,
    RiskKind,
    Risky,
    Unmeasured,
    is_made,
)
from reconciler.plan.consent import with_consent
from reconciler.plan.warned import warned_about
from tests.plan.risks import change, decisions, delete, drift, measured_risk, plan_of, risk

TODAY = date(2026, 1, 1)
PLACE = Location("topics.yaml", 2, 20)


def consent(kind: RiskKind = RiskKind.DATA_LOSS, given_by: str = "topics.yaml:9:13", **more: Any) -> Consent:
    return Consent(kind=kind, given_by=given_by, **more)


def by_option(glob: str, kind: RiskKind = RiskKind.DATA_LOSS) -> Permission:
    given = Consent(kind=kind, given_by=f"--allow {kind}={glob}")
    return Permission(consents=[ConsentForTopics(glob=glob, consent=given)])


def decided(plan: Plan, permission: Permission | None = None) -> Any:
    (decision,) = decisions(with_consent(plan, permission=permission or Permission(), today=TODAY))
    return decision


def refusal_of(plan: Plan, permission: Permission | None = None) -> Refusal:
    decision = decided(plan, permission)
    assert isinstance(decision, Refused)
    assert decision.risk is not None
    return decision.refusal


def test_without_consent_the_refusal_tells_the_loss_and_both_ways_to_consent() -> None:
    readers = [ReadingGroup(group="billing", type="classic", state="stable", lag=40, unread_records_lost=20)]
    refusal = refusal_of(plan_of(drift(change(measured_risk(records=1200, readers=readers)))))
    assert refusal == Refusal(
        kind=RefusalKind.NEEDS_CONSENT,
        reason="it is risky (at most 1,200 records, 20 of them unread by billing)",
        way_out="to consent, write allow: [data-loss] at topics.yaml:7, or pass --allow data-loss=orders",
    )


def test_a_refusal_names_the_allow_that_the_topic_has_already() -> None:
    other = consent(RiskKind.DELETE)
    refusal = refusal_of(plan_of(drift(change(risk()), allow=[other])))
    assert refusal.way_out == "to consent, add data-loss to allow at topics.yaml:9:13, or pass --allow data-loss=orders"


def test_the_manifest_consents() -> None:
    given = consent()
    assert decided(plan_of(drift(change(risk()), allow=[given]))) == Risky(risk(), given)


def test_an_option_consents_for_the_topics_that_match() -> None:
    plan = plan_of(drift(change(risk())))
    assert decided(plan, by_option("ord*")).consent.given_by == "--allow data-loss=ord*"
    assert refusal_of(plan, by_option("pay*")).kind is RefusalKind.NEEDS_CONSENT


def test_consent_to_another_kind_does_not_count() -> None:
    plan = plan_of(drift(change(risk()), allow=[consent(RiskKind.DELETE)]))
    assert refusal_of(plan, by_option("*", RiskKind.CAPACITY)).kind is RefusalKind.NEEDS_CONSENT


def test_consent_counts_on_its_last_day_and_not_after_it() -> None:
    plan = plan_of(drift(change(risk()), allow=[consent(until=TODAY)]))
    assert is_made(decided(plan))
    plan = plan_of(drift(change(risk()), allow=[consent(until=TODAY - timedelta(days=1))]))
    refusal = refusal_of(plan)
    assert refusal.reason == "the consent at topics.yaml:9:13 expired on 2025-12-31"
    assert refusal.way_out == "write a later until at topics.yaml:9:13, or pass --allow data-loss=orders"


def test_a_ceiling_covers_as_many_records_as_it_says() -> None:
    def plan(records: int) -> Plan:
        return plan_of(drift(change(measured_risk(records=records)), allow=[consent(up_to=1000)]))

    assert is_made(decided(plan(1000)))
    refusal = refusal_of(plan(1001))
    assert refusal.reason == (
        "the consent at topics.yaml:9:13 covers up to 1,000 records, but up to 1,001 were measured"
    )
    assert refusal.way_out == "write up_to: 1001 at topics.yaml:9:13, or pass --allow data-loss=orders"


def test_what_cannot_be_measured_is_above_every_ceiling() -> None:
    unknown = [Unmeasured(what="records", why="partition 3 has no leader")]
    plan = plan_of(drift(change(measured_risk(unknown=unknown)), allow=[consent(up_to=1000)]))
    assert refusal_of(plan).reason == (
        "the consent at topics.yaml:9:13 covers up to 1,000 records, "
        "but the number of records is not known: partition 3 has no leader"
    )


def test_a_ceiling_on_a_risk_without_records_says_so() -> None:
    kind = RiskKind.DURABILITY_LOSS
    plan = plan_of(drift(change(measured_risk(kind)), allow=[consent(kind, up_to=1000)]))
    assert refusal_of(plan).reason.endswith("is not known: this change is not counted in records")


def test_the_best_of_several_consents_wins() -> None:
    allow = [
        consent(until=TODAY - timedelta(days=1)),
        consent(up_to=10),
        consent(given_by="topics.yaml:11:5", up_to=90),
    ]
    plan = plan_of(drift(change(measured_risk(records=50)), allow=allow))
    assert decided(plan).consent == allow[2]


def test_where_none_covers_the_change_the_nearest_is_explained() -> None:
    allow = [
        consent(until=TODAY - timedelta(days=1)),
        consent(up_to=10),
        consent(given_by="topics.yaml:11:5", up_to=40),
    ]
    plan = plan_of(drift(change(measured_risk(records=50)), allow=allow))
    assert "topics.yaml:11:5 covers up to 40 records" in refusal_of(plan).reason


def test_protection_beats_every_consent() -> None:
    plan = plan_of(
        drift(change(risk()), allow=[consent()], is_protected=True),
        policy=Policy(warn_only={RiskKind.DATA_LOSS: PLACE}),
    )
    refusal = refusal_of(plan, by_option("*"))
    assert refusal.kind is RefusalKind.PROTECTED
    assert "protected (topics.yaml:7:3)" in refusal.reason


def test_safe_changes_of_a_protected_topic_are_made() -> None:
    assert is_made(decided(plan_of(drift(change(), is_protected=True))))


def test_a_kind_that_the_policy_warns_about_needs_no_consent_and_gives_a_warning() -> None:
    names = [f"orders.{n}" for n in range(7)]
    plan = plan_of(
        *(drift(change(risk()), name=name) for name in names),
        drift(change(risk(RiskKind.DELETE)), name="other"),
        policy=Policy(warn_only={RiskKind.DATA_LOSS: PLACE}),
    )
    made = with_consent(plan, permission=Permission(), today=TODAY)
    assert [is_made(each) for each in decisions(made)] == [True] * 7 + [False]
    (warning,) = warned_about(made)
    assert (warning.severity, warning.origin) == ("warning", PLACE)
    assert warning.message == (
        "data-loss without consent on 7 topics: orders.0, orders.1, orders.2, orders.3, orders.4, 2 more"
    )


def test_a_consent_of_its_own_is_no_reason_for_a_warning() -> None:
    plan = plan_of(drift(change(risk()), allow=[consent()]), policy=Policy(warn_only={RiskKind.DATA_LOSS: PLACE}))
    made = with_consent(plan, permission=Permission(), today=TODAY)
    assert list(warned_about(made)) == []


def test_an_unmanaged_topic_has_no_place_to_consent_at() -> None:
    refusal = refusal_of(plan_of(delete(is_unmanaged=True)))
    assert refusal.way_out == "to consent, pass --allow delete=orders; to keep the topic, add it to the manifest"


KINDS = st.sampled_from(list(RiskKind))
CONSENTS = st.builds(
    consent,
    KINDS,
    up_to=st.none() | st.integers(0, 20),
    until=st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
)


@given(KINDS, st.lists(CONSENTS), st.none() | st.integers(0, 20), st.booleans())
def test_a_change_is_made_exactly_with_a_consent_of_its_kind_that_covers_it(
    kind: RiskKind, allow: list[Consent], records: int | None, is_protected: bool
) -> None:
    plan = plan_of(drift(change(measured_risk(kind, records=records)), allow=allow, is_protected=is_protected))
    covered = any(
        each.kind is kind
        and (each.until is None or each.until >= TODAY)
        and (each.up_to is None or (records is not None and records <= each.up_to))
        for each in allow
    )
    made = with_consent(plan, permission=Permission(), today=TODAY)
    (decision,) = decisions(made)
    assert is_made(decision) == (covered and not is_protected)
    assert with_consent(made, permission=Permission(), today=TODAY) == made
