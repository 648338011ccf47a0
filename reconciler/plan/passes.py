"""The passes: everything that changes a plan once it is made, in order. Each is a function from plan to plan.

A pass does not touch what is refused already, so a plan can go through all of them again after one topic was planned
again. Then the broker validates the plan (``BrokerCheck``), and last the fingerprint is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from reconciler.model import Plan
from reconciler.plan.creation import without_collisions, without_creation, without_internal_topics

Pass = Callable[[Plan], Plan]


def passes(*, creating: bool) -> Sequence[Pass]:
    """The passes of a run; ``creating`` is whether it may create topics."""
    always = [without_internal_topics, without_collisions]
    return always if creating else [*always, without_creation]


def passed(plan: Plan, through: Sequence[Pass]) -> Plan:
    """``plan`` after each of the passes."""
    return reduce(lambda made, each: each(made), through, plan)
