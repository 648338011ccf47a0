"""What would change: desired state against live state, as data, and as requests."""

from reconciler.plan.checked import BrokerCheck
from reconciler.plan.diff import differences
from reconciler.plan.fingerprint import sealed
from reconciler.plan.notes import notes
from reconciler.plan.outlook import outlook
from reconciler.plan.passes import Pass, passed, passes
from reconciler.plan.planner import plan
from reconciler.plan.reassignment import may_be_moving, may_be_moving_unseen, with_moving
from reconciler.plan.requests import Request, requests_of
from reconciler.plan.steps import Answers, TakesRequests, moves_of, operation_for, step_of
from reconciler.plan.throttles_left import throttled_topics

__all__ = [
    "Answers",
    "BrokerCheck",
    "Pass",
    "Request",
    "TakesRequests",
    "differences",
    "may_be_moving",
    "may_be_moving_unseen",
    "moves_of",
    "notes",
    "operation_for",
    "outlook",
    "passed",
    "passes",
    "plan",
    "requests_of",
    "sealed",
    "step_of",
    "throttled_topics",
    "with_moving",
]
