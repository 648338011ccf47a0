"""Risks measured on the cluster: how many records go, who reads them, or that nobody is hurt.

A plan without risky changes costs no request. Otherwise the defaults of brokers, and all numbers, are asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from reconciler.model import (
    Decision,
    Delete,
    Drift,
    FieldChange,
    Measure,
    Measured,
    Move,
    Plan,
    Risky,
    TopicPlan,
    changes_of,
    with_changes,
)
from reconciler.plan.impact.assess import assessed
from reconciler.plan.impact.measures import Measures
from reconciler.plan.impact.moves import AgreedMoves, Moves, moves_of
from reconciler.plan.impact.open_risk import KEYS, OpenRisk
from reconciler.plan.impact.permitted import with_denied_moves
from reconciler.plan.impact.replication import moved
from reconciler.plan.impact.wanted import wanted
from reconciler.plan.rules import Change, judged, keys_to_know

__all__ = ["AgreedMoves", "Measures", "with_impact"]


def with_impact(plan: Plan, *, cluster: Measures, now: datetime, agreed: AgreedMoves | None = None) -> Plan:
    """``plan`` with the impact of every risky change; one that would hurt nobody becomes safe.

    Each is judged again first: only the defaults of the brokers say what a reset leads to. Replicas go where the moves
    that were ``agreed`` on have them, as far as that is still possible.
    """
    open_risks = list(_open_risks(plan, {}, now))
    if not open_risks:
        return plan
    keys = {key for risk in open_risks for key in keys_to_know(_change_of(risk.topic, risk.change, plan, {}))}
    defaults = cluster.broker_defaults(KEYS | keys)
    plan = _with_changes(plan, partial(_judged_again, plan, defaults))
    risks = list(_open_risks(plan, defaults, now))
    if not risks:
        return plan
    measured = cluster.measure(wanted(risks))
    moves = moves_of(risks, measured, _planned_moves(plan), agreed or {})
    decisions = {(risk.topic.name, risk.change.field): _decided_on(risk, measured, moves) for risk in risks}
    decided = _with_changes(
        plan,
        lambda topic, change: replace(change, decision=decisions.get((topic.name, change.field), change.decision)),
    )
    return with_denied_moves(decided, moves.keys(), measured.brokers)


def _decided_on(risk: OpenRisk, measured: Measured, moves: Mapping[str, Moves]) -> Decision:
    if Measure.PLACEMENT in risk.risk.measures:
        return moved(risk, measured, moves.get(risk.topic.name))
    return assessed(risk, measured)


def _planned_moves(plan: Plan) -> Iterator[Move]:
    """The moves that were planned before: of all topics, if one topic is planned again."""
    for decision in (change.decision for topic in plan.topics for change in changes_of(topic)):
        if isinstance(decision, Risky) and decision.risk.impact is not None:
            yield from decision.risk.impact.moves


def _is_open(change: FieldChange) -> bool:
    return isinstance(change.decision, Risky) and change.decision.risk.impact is None


def _open_risks(plan: Plan, defaults: Mapping[str, str], now: datetime) -> Iterator[OpenRisk]:
    for topic in plan.topics:
        if not isinstance(topic, Drift | Delete):
            continue
        for change in topic.changes:
            if isinstance(change.decision, Risky) and _is_open(change):
                yield OpenRisk(topic=topic, change=change, risk=change.decision.risk, defaults=defaults, now=now)


def _judged_again(plan: Plan, defaults: Mapping[str, str], topic: Drift | Delete, change: FieldChange) -> FieldChange:
    return judged(_change_of(topic, change, plan, defaults)) if _is_open(change) else change


def _change_of(topic: Drift | Delete, change: FieldChange, plan: Plan, defaults: Mapping[str, str]) -> Change:
    return Change(difference=change, desired=topic.desired, live=topic.live, policy=plan.policy, defaults=defaults)


def _with_changes(plan: Plan, decide: Callable[[Drift | Delete, FieldChange], FieldChange]) -> Plan:
    return replace(plan, topics=tuple(_decided(topic, decide) for topic in plan.topics))


def _decided(topic: TopicPlan, decide: Callable[[Drift | Delete, FieldChange], FieldChange]) -> TopicPlan:
    return with_changes(topic, partial(decide, topic)) if isinstance(topic, Drift | Delete) else topic
