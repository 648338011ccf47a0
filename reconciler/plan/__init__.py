"""What would change: desired state against live state, as data."""

from reconciler.plan.diff import differences
from reconciler.plan.outlook import outlook
from reconciler.plan.planner import plan

__all__ = ["differences", "outlook", "plan"]
