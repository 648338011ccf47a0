"""What holds of every plan after all passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import (
    Consent,
    ConsentForTopics,
    DesiredState,
    FieldChange,
    Limit,
    Limits,
    LiveGroup,
    LiveState,
    Measured,
    PartitionOffsets,
    Permission,
    Plan,
    Policy,
    Query,
    Refused,
    RiskKind,
    Risky,
    Scope,
    Wanted,
    changes_of,
    is_made,
)
from reconciler.plan import passed, passes, plan
from tests.plan.facts import desired_states, live_states, told

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Location("topics.yaml", 1, 1)


@dataclass(frozen=True)
class Cluster:
    """Tells the same of every topic, or nothing."""

    offsets: PartitionOffsets | None
    defaults: Mapping[str, str]
    live: LiveState

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: value for key, value in self.defaults.items() if key in keys}

    def measure(self, wanted: Wanted) -> Measured:
        topics = self.live.topics if self.offsets is not None else {}
        offsets = {name: {0: self.offsets} for name in topics if self.offsets is not None}
        groups = [LiveGroup(name="g", type="classic", state="empty", committed={"a": {0: 1}})]
        return told(Measured(offsets=offsets, sizes={name: {0: 9} for name in topics}, groups=groups), wanted)

    def read(self, query: Query) -> LiveState:
        topics = {
            name: replace(topic, operations=frozenset({"DELETE"}))
            for name, topic in self.live.topics.items()
            if name in query.names
        }
        return replace(self.live, topics=topics)


LIMITS = (
    st.none()
    | st.integers(0, 3).map(lambda number: Limit(number=number))
    | st.integers(0, 100).map(lambda percent: Limit(percent=percent))
)
KINDS = st.frozensets(st.sampled_from(list(RiskKind)))


@st.composite
def wanted_states(draw: st.DrawFn) -> DesiredState:
    """Topics that are protected or to be absent, some of them, in a scope with a policy."""
    desired = draw(desired_states())
    topics = [
        replace(
            spec,
            is_protected=draw(st.booleans()),
            is_absent=draw(st.booleans()),
            allow=[
                Consent(kind=kind, given_by="topics.yaml:1:1", up_to=draw(st.none() | st.just(3)))
                for kind in draw(KINDS)
            ],
        )
        for spec in desired.topics
    ]
    return replace(
        desired,
        topics=topics,
        scope=Scope(include=draw(st.sampled_from([(), ("*",), ("[ab]",)])), origin=HERE),
        policy=Policy(
            limits=draw(st.builds(Limits, creates=LIMITS, changes=LIMITS, deletes=LIMITS)),
            warn_only=dict.fromkeys(draw(KINDS), HERE),
        ),
    )


CLUSTERS = st.builds(
    Cluster,
    offsets=st.none() | st.builds(PartitionOffsets, st.just(0), st.integers(0, 5), st.integers(0, 5)),
    defaults=st.sampled_from([{}, {"cleanup.policy": "delete", "retention.ms": "604800000"}]),
    live=live_states(),
)


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    given = [Consent(kind=kind, given_by=f"--allow {kind}") for kind in sorted(draw(KINDS))]
    return Permission(
        creating=draw(st.booleans()),
        pruning=draw(st.booleans()),
        exceeding_limits=draw(st.booleans()),
        consents=[ConsentForTopics(glob=draw(st.sampled_from(["*", "a"])), consent=each) for each in given],
    )


def planned(desired: DesiredState, permission: Permission, cluster: Cluster) -> Plan:
    through = passes(desired, permission, cluster=cluster, reader=cluster, now=NOON)
    made = passed(plan(desired, cluster.live), through)
    assert passed(made, through) == made, "passes change nothing the second time"
    return made


def changes_by_place(made: Plan) -> dict[tuple[str, str], FieldChange]:
    return {(topic.name, change.field): change for topic in made.topics for change in changes_of(topic)}


@given(wanted_states(), permissions(), CLUSTERS)
def test_every_change_is_made_or_refused_for_a_reason(
    desired: DesiredState, permission: Permission, cluster: Cluster
) -> None:
    for (name, _), change in changes_by_place(planned(desired, permission, cluster)).items():
        match change.decision:
            case Risky(risk, consent):
                assert consent is not None
                assert consent.kind is risk.kind
                assert not any(spec.is_protected for spec in desired.topics if spec.name == name)
            case Refused(refusal):
                assert refusal.reason
                assert refusal.way_out
            case _:
                pass


@given(wanted_states(), permissions(), CLUSTERS)
def test_consent_makes_nothing_but_changes_of_its_kind(
    desired: DesiredState, permission: Permission, cluster: Cluster
) -> None:
    unlimited = replace(desired, policy=replace(desired.policy, limits=Limits(deletes=None)))
    exceeding = replace(permission, exceeding_limits=True)
    with_consents = changes_by_place(planned(unlimited, exceeding, cluster))
    without = changes_by_place(planned(unlimited, replace(exceeding, consents=()), cluster))
    assert with_consents.keys() == without.keys()
    given_kinds = {each.consent.kind for each in permission.consents}
    for place, change in with_consents.items():
        if is_made(change.decision) and not is_made(without[place].decision):
            assert isinstance(change.decision, Risky)
            assert change.decision.risk.kind in given_kinds
        else:
            assert is_made(change.decision) == is_made(without[place].decision)


@given(wanted_states(), permissions(), CLUSTERS)
def test_no_limit_is_exceeded_without_permission(
    desired: DesiredState, permission: Permission, cluster: Cluster
) -> None:
    made = planned(desired, replace(permission, exceeding_limits=False), cluster)
    limits = desired.policy.limits
    for action, limit in (("create", limits.creates), ("drift", limits.changes), ("delete", limits.deletes)):
        if limit is not None and limit.number is not None:
            assert sum(topic.has_work for topic in made.topics if topic.action == action) <= limit.number
