"""Everything that changes a plan once it is made, in order. Each pass is a function from plan to plan.

A pass leaves alone what is refused already, so that a plan of which a topic was planned anew can go through them again.
After them the broker is asked, and the fingerprint is sealed when nothing changes the plan any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from reconciler.model import Plan
from reconciler.plan.creation import without_collisions, without_creation, without_internal_topics

Pass = Callable[[Plan], Plan]


def passes(*, creating: bool) -> Sequence[Pass]:
    """What a run applies to its plan; ``creating`` says whether it may create topics."""
    always = [without_internal_topics, without_collisions]
    return always if creating else [*always, without_creation]


def passed(plan: Plan, through: Sequence[Pass]) -> Plan:
    """``plan`` after each of the passes."""
    return reduce(lambda made, each: each(made), through, plan)
