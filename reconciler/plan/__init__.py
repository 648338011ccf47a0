"""What would change: desired state against live state, as data, and as requests."""

from reconciler.plan.checked import checked, not_checked, operation_for
from reconciler.plan.creation import without_creation
from reconciler.plan.diff import differences
from reconciler.plan.outlook import outlook
from reconciler.plan.planner import plan
from reconciler.plan.reassignment import suspected_reassignments
from reconciler.plan.requests import Request, TakesRequests, requests_of

__all__ = [
    "Request",
    "TakesRequests",
    "checked",
    "differences",
    "not_checked",
    "operation_for",
    "outlook",
    "plan",
    "requests_of",
    "suspected_reassignments",
    "without_creation",
]
