"""Limits on how many topics one run creates, changes and deletes, and on pruning by accident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from reconciler.errors import Diagnostic, Severity
from reconciler.model import (
    Create,
    Delete,
    DesiredState,
    Drift,
    FieldChange,
    InSync,
    Limit,
    Limits,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    Risky,
    TopicPlan,
    Unreadable,
    is_made,
    live_of,
    with_changes,
)
from reconciler.plan.loss import counted

_PERCENT_COUNTS_FROM = 10
"""Topics there; of fewer, one may be more than the percentage already."""


class _Excess(NamedTuple):
    """Topics that a limit stands against, why, and what to do."""

    topics: Sequence[str]
    reason: str
    way_out: str


def within_limits(plan: Plan, *, desired: DesiredState, exceeding: bool) -> Plan:
    """``plan`` with all creates, changes or deletes refused whose number exceeds the limit of the policy.

    Those count that would be made. ``exceeding`` permits them, and the plan has the limits that it goes beyond.
    """
    found = [*_hazards(plan, desired), *_beyond(plan, plan.policy.limits)]
    if exceeding:
        return replace(plan, exceeded_limits=tuple(each.reason for each in found))
    refusals: dict[str, Refusal] = {}
    for excess in found:
        refusal = Refusal(kind=RefusalKind.LIMIT, reason=excess.reason, way_out=excess.way_out)
        refusals = dict.fromkeys(excess.topics, refusal) | refusals
    return replace(plan, topics=tuple(_refused(topic, refusals.get(topic.name)) for topic in plan.topics))


def limits_exceeded(plan: Plan) -> Iterator[Diagnostic]:
    """One warning for each limit that ``plan`` goes beyond with ``--exceed-limits``."""
    for reason in plan.exceeded_limits:
        yield Diagnostic(
            severity=Severity.WARNING,
            code="limits-exceeded",
            message=f"--exceed-limits: {reason}",
        )


def _beyond(plan: Plan, limits: Limits) -> Iterator[_Excess]:
    there = sum(live_of(topic) is not None for topic in plan.topics) + len(plan.unmanaged)
    of_kind: dict[str, tuple[type[TopicPlan], Limit | None]] = {
        "creates": (Create, limits.creates),
        "changes": (Drift, limits.changes),
        "deletes": (Delete, limits.deletes),
    }
    for kind, (action, limit) in of_kind.items():
        names = [topic.name for topic in plan.topics if isinstance(topic, action) and _would_be_made(topic)]
        allowed = _allowed(limit, there) if limit is not None else None
        if limit is None or allowed is None or len(names) <= allowed:
            continue
        place = f"{limit.origin.file}:{limit.origin.line}" if limit.origin is not None else "default"
        share = f" ({limit.percent}% of {counted(there, 'topic')})" if limit.percent is not None else ""
        yield _Excess(
            names,
            f"{counted(len(names), kind.removesuffix('s'))}, "
            f"and policy.limits.{kind} ({place}) allows {allowed:,}{share}",
            f"if so many are meant, pass --exceed-limits, or raise policy.limits.{kind}",
        )


def _allowed(limit: Limit, there: int) -> int | None:
    """How many topics ``limit`` allows; ``None`` for any number."""
    if limit.percent is None:
        return limit.number
    return there * limit.percent // 100 if there >= _PERCENT_COUNTS_FROM else None


def _hazards(plan: Plan, desired: DesiredState) -> Iterator[_Excess]:
    """Deletes of unmanaged topics that are probably an accident."""
    pruned = [
        topic.name
        for topic in plan.topics
        if isinstance(topic, Delete) and topic.is_unmanaged and _would_be_made(topic)
    ]
    if not pruned:
        return
    scope = desired.scope
    everything = next((glob for glob in scope.include if _is_everything(glob)), None)
    if all(spec.is_absent for spec in desired.topics) and not desired.left_out:
        yield _Excess(
            pruned,
            f"the manifest lists no topics, so pruning would delete all {counted(len(pruned), 'topic')} in its scope",
            "check that the right files were loaded; if it is meant, pass --exceed-limits",
        )
    elif everything is not None:
        place = f" ({scope.origin.file}:{scope.origin.line})" if scope.origin is not None else ""
        yield _Excess(
            pruned,
            f"scope.include{place} has '{everything}', so pruning would delete every topic of the cluster "
            f"that the manifest does not list: {len(pruned):,}",
            "name the topics in scope.include more closely, such as 'orders.*'; if it is meant, pass --exceed-limits",
        )


def _is_everything(glob: str) -> bool:
    return "*" in glob and not glob.strip("*?")


def _would_be_made(topic: TopicPlan) -> bool:
    """Whether anything of ``topic`` is made, or would be but for a limit."""
    match topic:
        case Create(refusal=refusal):
            return refusal is None or refusal.kind is RefusalKind.LIMIT
        case Drift(changes=changes) | Delete(changes=changes):
            return any(map(_change_would_be_made, changes))
        case InSync() | Unreadable():
            return False


def _change_would_be_made(change: FieldChange) -> bool:
    match change.decision:
        case Refused(refusal=Refusal(kind=RefusalKind.LIMIT)):
            return True
        case decision:
            return is_made(decision)


def _refused(topic: TopicPlan, refusal: Refusal | None) -> TopicPlan:
    match topic:
        case _ if refusal is None:
            return topic
        case Create():
            return replace(topic, refusal=topic.refusal or refusal)
        case _:
            return with_changes(topic, lambda change: _refused_change(change, refusal))


def _refused_change(change: FieldChange, refusal: Refusal) -> FieldChange:
    if not is_made(change.decision):
        return change
    match change.decision:
        case Risky(risk, consent):
            return replace(change, decision=Refused(refusal, risk, consent))
        case _:
            return replace(change, decision=Refused(refusal))
