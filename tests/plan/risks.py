"""Plans with risky changes, without the rules that find them risky."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.errors import Location
from reconciler.model import (
    STATE,
    Consent,
    Create,
    Delete,
    Drift,
    FieldChange,
    Impact,
    LiveTopic,
    Measure,
    Plan,
    Risk,
    RiskKind,
    Risky,
    TopicPlan,
    TopicSpec,
    changes_of,
)

HERE = Location("topics.yaml", 7, 3)


def risk(kind: RiskKind = RiskKind.DATA_LOSS, *measures: Measure, **more: Any) -> Risk:
    return Risk(kind=kind, reason="it is risky", measures=frozenset(measures), **more)


def measured_risk(kind: RiskKind = RiskKind.DATA_LOSS, **impact: Any) -> Risk:
    return risk(kind, impact=Impact(**impact))


def spec(name: str = "orders", **more: Any) -> TopicSpec:
    return TopicSpec(name=name, origin=HERE, **more)


def live(name: str = "orders", **more: Any) -> LiveTopic:
    return LiveTopic(name=name, partitions=1, replication_factor=1, **more)


def change(risk: Risk | None = None, field: str = "config.retention.ms", **more: Any) -> FieldChange:
    facts = {"before": "1000", "after": "500", **({"decision": Risky(risk)} if risk else {}), **more}
    return FieldChange(field=field, **facts)


def drift(
    *changes: FieldChange,
    name: str = "orders",
    allow: Iterable[Consent] = (),
    overrides: Mapping[str, str] | None = None,
    disputed: Mapping[str, Mapping[int, str | None]] | None = None,
    **more: Any,
) -> Drift:
    found = live(name, overrides=overrides or {}, disputed=disputed or {})
    return Drift(desired=spec(name, allow=tuple(allow), **more), live=found, changes=changes or (change(),))


def delete(
    name: str = "orders",
    risk: Risk | None = None,
    *,
    is_unmanaged: bool = False,
    consent: Consent | None = None,
    **more: Any,
) -> Delete:
    decision = Risky(risk or measured_risk(RiskKind.DELETE), consent)
    gone = FieldChange(field=STATE, before="present", after="absent", decision=decision)
    return Delete(
        desired=spec(name, is_absent=True, **more), live=live(name), changes=(gone,), is_unmanaged=is_unmanaged
    )


def create(name: str) -> Create:
    return Create(desired=spec(name))


def plan_of(*topics: TopicPlan, **more: Any) -> Plan:
    return Plan(topics=topics, **more)


def decisions(plan: Plan) -> Sequence[Any]:
    return [each.decision for topic in plan.topics for each in changes_of(topic)]
