"""The note on what a reviewed plan was to do, and somebody has done since."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, Severity
from reconciler.model import InSync, Plan
from reconciler.plan.loss import counted

_MAX_NAMES = 5


def found_done(plan: Plan) -> Iterator[Diagnostic]:
    """One note for all topics that were to be changed, and that are as wanted already."""
    names = [topic.name for topic in plan.topics if isinstance(topic, InSync) and topic.found_done]
    if names:
        listed = ", ".join(names[:_MAX_NAMES])
        more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
        yield Diagnostic(
            severity=Severity.INFO,
            code="found-done",
            message=f"{counted(len(names), 'topic')} of the reviewed plan found done: {listed}{more}",
            hint="somebody has made the changes already, or an earlier run of this plan; nothing is sent",
        )
