"""The diagnostics about what was done of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.apply.ledger import Ledger
from reconciler.errors import Diagnostic, Severity
from reconciler.plan.loss import counted
from reconciler.printable import quoted

_MAX_NAMES = 5


def notes(ledger: Ledger) -> Iterator[Diagnostic]:
    """A warning for every topic that was deleted and created again since, and one note on what others had done."""
    yield from _created_again(ledger)
    names = [topic.name for topic in ledger.all_done_by_others()]
    if names:
        listed = ", ".join(map(quoted, names[:_MAX_NAMES]))
        more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
        yield Diagnostic(
            severity=Severity.INFO,
            code="found-done",
            message=f"{counted(len(names), 'topic')} found done, or in part: {listed}{more}",
            hint="someone else made the changes after this plan; nothing is sent for them",
        )


def _created_again(ledger: Ledger) -> Iterator[Diagnostic]:
    for topic in ledger.created_again():
        yield Diagnostic(
            severity=Severity.WARNING,
            code="created-again",
            message=f"{quoted(topic.name)} was deleted, and someone else has created a topic of this name since",
            hint="its records are not touched; find out which program creates the topic, "
            "and whether auto.create.topics.enable is on",
            topic=topic.name,
            origin=topic.desired.origin,
        )
