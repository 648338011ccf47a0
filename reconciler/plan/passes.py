"""The passes: everything that changes a plan once it is made, in order. Each is a function from plan to plan.

A pass does not touch what is refused already, so a plan can go through all of them again after one topic was planned
again. Then the broker validates the plan (``BrokerCheck``), and last the fingerprint is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial, reduce

from reconciler.model import DesiredState, Permission, Plan
from reconciler.plan.alterable import without_unalterable
from reconciler.plan.consent import with_consent
from reconciler.plan.creation import without_collisions, without_creation, without_internal_topics
from reconciler.plan.ids import ReadsTopics, with_ids
from reconciler.plan.impact import Measures, with_impact
from reconciler.plan.limits import within_limits
from reconciler.plan.policy import without_violations
from reconciler.plan.prune import with_pruning

Pass = Callable[[Plan], Plan]


def passes(
    desired: DesiredState, permission: Permission, *, cluster: Measures, reader: ReadsTopics, now: datetime
) -> Sequence[Pass]:
    """The passes of a run with what its options permit; risks are measured on ``cluster`` at the time ``now``.

    ``reader`` reads the ids of topics to delete.
    """
    return [
        without_internal_topics,
        without_collisions,
        without_unalterable,
        *([] if permission.creating else [without_creation]),
        *([partial(without_violations, violations=desired.violations)] if desired.violations else []),
        *([partial(with_pruning, desired=desired)] if permission.pruning else []),
        partial(with_ids, reader=reader),
        partial(with_impact, cluster=cluster, now=now),
        partial(with_consent, permission=permission, today=now.date()),
        partial(within_limits, desired=desired, exceeding=permission.exceeding_limits),
    ]


def passed(plan: Plan, through: Sequence[Pass]) -> Plan:
    """``plan`` after each of the passes."""
    return reduce(lambda made, each: each(made), through, plan)
