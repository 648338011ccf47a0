"""The passes: everything that changes a plan once it is made, in order. Each is a function from plan to plan.

A pass does not touch what is refused already, so a plan can go through all of them again after one topic was planned
again. Then the broker validates the plan (``BrokerCheck``), and last the fingerprint is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial, reduce

from reconciler.model import DesiredState, Permission, Plan, Undo
from reconciler.plan.alterable import without_unalterable
from reconciler.plan.consent import with_consent
from reconciler.plan.creation import without_changes, without_collisions, without_creation, without_internal_topics
from reconciler.plan.deletable import ReadsTopics, with_denied_deletes
from reconciler.plan.dependent import without_too_few_replicas
from reconciler.plan.impact import Measures, with_impact
from reconciler.plan.limits import within_limits
from reconciler.plan.policy import without_violations
from reconciler.plan.prune import with_pruning

Pass = Callable[[Plan], Plan]


def passes(
    desired: DesiredState,
    permission: Permission,
    *,
    cluster: Measures,
    reader: ReadsTopics,
    now: datetime,
    undo: Undo | None = None,
) -> Sequence[Pass]:
    """The passes of a run with what its options permit; risks are measured on ``cluster`` at the time ``now``.

    ``reader`` reads what is permitted on topics to delete. With ``undo``, ``desired`` is the state before the run that
    is undone.
    """
    return [
        *refusals_without_measuring(desired, permission),
        *([partial(with_pruning, desired=desired)] if permission.pruning else []),
        *([] if permission.changing else [without_changes]),
        partial(with_denied_deletes, reader=reader),
        *([_against_changes_since(undo)] if undo is not None else []),
        partial(with_impact, cluster=cluster, now=now),
        partial(with_consent, permission=permission, today=now.date()),
        without_too_few_replicas,
        partial(within_limits, desired=desired, exceeding=permission.exceeding_limits),
    ]


def _against_changes_since(undo: Undo) -> Pass:
    from reconciler.plan.undo import without_changed_since  # noqa: PLC0415 - only an undo needs it

    return partial(without_changed_since, undo=undo)


def refusals_without_measuring(desired: DesiredState, permission: Permission) -> Sequence[Pass]:
    """The passes that only refuse, and need no cluster."""
    return [
        without_internal_topics,
        without_collisions,
        without_unalterable,
        *([] if permission.creating else [without_creation]),
        *([partial(without_violations, violations=desired.violations)] if desired.violations else []),
    ]


def passed(plan: Plan, through: Sequence[Pass]) -> Plan:
    """``plan`` after each of the passes."""
    return reduce(lambda made, each: each(made), through, plan)
