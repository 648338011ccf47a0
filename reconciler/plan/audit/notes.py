"""Notes about an audit: waivers that accept nothing."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Audit
from reconciler.plan.audit.facts import Facts
from reconciler.printable import quoted


def audit_notes(audit: Audit, facts: Facts) -> Iterator[Diagnostic]:
    """A note for each waiver that counts and accepts nothing, where the audit looked at all topics."""
    if facts.desired.scope.only or audit.has_unreadable:
        return
    used = {each.waiver for each in audit.findings}
    for waiver in facts.desired.waivers:
        if waiver not in used and waiver.counts_on(facts.now.date()):
            about = quoted(waiver.topic) + (f", {waiver.field}" if waiver.field is not None else "")
            yield Diagnostic(
                severity=Severity.INFO,
                code="waiver-unused",
                message=f"the waiver for {about} matches no drift",
                hint="remove the waiver if it is not needed any more",
                origin=waiver.origin,
            )
