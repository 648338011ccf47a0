"""The diagnostics about what was done of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.apply.ledger import Ledger
from reconciler.errors import Diagnostic, Severity
from reconciler.printable import quoted


def notes(ledger: Ledger) -> Iterator[Diagnostic]:
    """A warning for every topic that was deleted and that somebody has created again since."""
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
