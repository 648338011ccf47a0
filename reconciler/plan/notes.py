"""The diagnostics about a plan."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.model import Plan
from reconciler.plan.disputed import differing_defaults
from reconciler.plan.found_done import found_done
from reconciler.plan.limits import limits_exceeded
from reconciler.plan.prune import not_pruned
from reconciler.plan.reassignment import reassignments
from reconciler.plan.remaining_overrides import in_the_way, not_compared, not_reset
from reconciler.plan.renames import suspected_renames
from reconciler.plan.throttles_left import throttles_left
from reconciler.plan.unchecked import not_checked
from reconciler.plan.warned import warned_about


def notes(plan: Plan) -> Iterator[Diagnostic]:
    """The notes and warnings about ``plan`` after the broker has checked it."""
    yield from reassignments(plan)
    yield from throttles_left(plan)
    yield from not_pruned(plan)
    yield from suspected_renames(plan)
    yield from not_compared(plan)
    yield from not_reset(plan)
    yield from differing_defaults(plan)
    yield from not_checked(plan)
    yield from in_the_way(plan)
    yield from warned_about(plan)
    yield from limits_exceeded(plan)
    yield from found_done(plan)
