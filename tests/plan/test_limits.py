"""Limits on how much one run does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.errors import Location
from reconciler.model import (
    Consent,
    Create,
    DesiredState,
    InSync,
    Limit,
    Limits,
    Plan,
    Policy,
    Refusal,
    RefusalKind,
    Refused,
    RiskKind,
    Scope,
    TopicPlan,
    TopicSpec,
    refusal_of,
)
from reconciler.plan.limits import limits_exceeded, within_limits
from tests.plan.risks import HERE, change, create, decisions, delete, drift, live, plan_of, risk, spec

CONSENT = Consent(kind=RiskKind.DELETE, given_by="--allow delete")
PLACE = Location("topics.yaml", 3, 20)


def in_sync(number: int) -> list[InSync]:
    return [InSync(desired=spec(f"s{n}"), live=live(f"s{n}")) for n in range(number)]


def deletes(number: int, **more: Any) -> list[TopicPlan]:
    return [delete(f"d{n}", consent=CONSENT, **more) for n in range(number)]


def limited(
    topics: Sequence[TopicPlan],
    *,
    scope: Scope | None = None,
    exceeding: bool = False,
    left_out: Sequence[TopicSpec] = (),
    **limits: Limit | None,
) -> Plan:
    listed = [each.desired for each in topics if not getattr(each, "is_unmanaged", False)]
    desired = DesiredState(topics=listed, scope=scope or Scope(), left_out=left_out)
    plan = plan_of(*topics, policy=Policy(limits=Limits(**limits)))
    made = within_limits(plan, desired=desired, exceeding=exceeding)
    assert within_limits(made, desired=desired, exceeding=exceeding) == made
    return made


def refusals(plan: Plan) -> list[Refusal]:
    of_changes = [each.refusal for each in decisions(plan) if isinstance(each, Refused)]
    return [*(each for each in map(refusal_of, plan.topics) if each is not None), *of_changes]


def test_deletes_of_30_percent_of_the_topics_are_within_the_default_limit() -> None:
    assert not refusals(limited([*deletes(3), *in_sync(7)]))


def test_more_deletes_are_all_refused_with_the_numbers() -> None:
    found = refusals(limited([*deletes(4), *in_sync(7)]))
    assert len(found) == 4
    assert set(found) == {
        Refusal(
            kind=RefusalKind.LIMIT,
            reason="4 deletes, and policy.limits.deletes (default) allows 3 (30% of 11 topics)",
            way_out="if so many are meant, pass --exceed-limits, or raise policy.limits.deletes",
        )
    }


def test_a_percentage_counts_from_10_topics_on() -> None:
    assert not refusals(limited([*deletes(8), *in_sync(1)]))
    assert len(refusals(limited([*deletes(8), *in_sync(2)]))) == 8


def test_unmanaged_topics_in_the_scope_are_topics_there() -> None:
    plan = plan_of(*deletes(4), *in_sync(7), policy=Policy(), unmanaged=[live(f"u{n}") for n in range(3)])
    desired = DesiredState(topics=[each.desired for each in plan.topics])
    assert not refusals(within_limits(plan, desired=desired, exceeding=False))


def test_a_number_counts_always_and_is_named_by_its_place() -> None:
    (refusal,) = refusals(limited(deletes(1), deletes=Limit(number=0, origin=PLACE)))
    assert refusal.reason == "1 delete, and policy.limits.deletes (topics.yaml:3) allows 0"


def test_without_a_limit_any_number_is_deleted() -> None:
    assert not refusals(limited([*deletes(20), *in_sync(1)], deletes=None))


def test_creates_and_changes_have_limits_of_their_own() -> None:
    topics: list[TopicPlan] = [create("a"), create("b"), drift(change(), change(field="config.flush.ms"), name="c")]
    made = limited(topics, creates=Limit(number=1), changes=Limit(number=1))
    assert [refusal_of(each) is None for each in made.topics] == [False, False, True]
    assert len(refusals(limited(topics, creates=Limit(number=2), changes=Limit(number=0)))) == 2


def test_what_is_refused_otherwise_does_not_count() -> None:
    refusal = Refusal(kind=RefusalKind.CREATION_OFF, reason="off", way_out="on")
    without_consent = drift(change(decision=Refused(refusal, risk())))
    topics: list[TopicPlan] = [Create(desired=spec("a"), refusal=refusal), create("b"), without_consent]
    found = refusals(limited(topics, creates=Limit(number=1), changes=Limit(number=0)))
    assert found == [refusal, refusal]


def test_the_risk_of_a_change_and_its_consent_are_still_told_beyond_a_limit() -> None:
    (decision,) = decisions(limited(deletes(1), deletes=Limit(number=0)))
    assert isinstance(decision, Refused)
    assert (decision.risk is not None, decision.consent) == (True, CONSENT)


def test_with_exceed_limits_all_is_made_and_the_report_says_so() -> None:
    made = limited([*deletes(4), *in_sync(7)], exceeding=True)
    assert not refusals(made)
    (warning,) = limits_exceeded(made)
    assert warning.message == (
        "--exceed-limits: 4 deletes, and policy.limits.deletes (default) allows 3 (30% of 11 topics)"
    )
    assert list(limits_exceeded(limited(in_sync(20), exceeding=True))) == []


def unmanaged(number: int) -> list[TopicPlan]:
    return deletes(number, is_unmanaged=True)


def test_an_empty_manifest_prunes_nothing_by_accident() -> None:
    scope = Scope(include=["orders.*"], origin=HERE)
    found = refusals(limited([*unmanaged(2), delete("absent", consent=CONSENT)], scope=scope))
    assert [each.reason for each in found] == [
        "the manifest lists no topics, so pruning would delete all 2 topics in its scope"
    ] * 2
    assert not refusals(limited(unmanaged(2), scope=scope, exceeding=True))


def test_a_manifest_whose_topics_are_left_out_is_not_empty() -> None:
    scope = Scope(include=["orders.*"], origin=HERE)
    assert not refusals(limited(unmanaged(2), scope=scope, left_out=[spec("a")]))


@pytest.mark.parametrize("glob", ["*", "**", "*?"])
def test_a_scope_of_everything_prunes_nothing_by_accident(glob: str) -> None:
    scope = Scope(include=["a.*", glob], origin=HERE)
    found = refusals(limited([*unmanaged(1), *in_sync(1)], scope=scope))
    assert [each.reason for each in found] == [
        f"scope.include (topics.yaml:7) has '{glob}', so pruning would delete every topic of the cluster "
        "that the manifest does not list: 1"
    ]
    made = limited([*unmanaged(1), *in_sync(1)], scope=scope, exceeding=True)
    assert not refusals(made)
    assert len(list(limits_exceeded(made))) == 1
