"""The report as one HTML page that needs nothing else: for an artifact of a job, a mail, a printer.

All of it can be read without scripts; with them it can be filtered and sorted.
"""

from __future__ import annotations

from reconciler.errors import Severity
from reconciler.model import Command
from reconciler.report.alike_risks import without_consent
from reconciler.report.document import Report
from reconciler.report.entries import Need, entries
from reconciler.report.escaping import printable
from reconciler.report.headline import headline
from reconciler.report.html.assets import assets, template
from reconciler.report.html.drift import audited
from reconciler.report.html.estate import picture
from reconciler.report.html.facts import facts, numbers
from reconciler.report.html.lists import in_sync, messages, recreated
from reconciler.report.html.results import results
from reconciler.report.html.rows import rows
from reconciler.report.html.undoing import undone
from reconciler.report.layout import TextStyle, count
from reconciler.report.sources import comparison

_MANY = 200
"""With more rows, a browser lays out only those of a table that can be seen."""


def render(report: Report, _layout: TextStyle) -> str:
    """As in a file."""
    return render_file(report)


def render_file(report: Report) -> str:
    """The page: what needs a person first. Every text in it is escaped."""
    report = printable(report)
    is_audit = report.command is Command.DRIFT  # which tells of differences, not of changes
    found = entries(report) if report.plan is not None and not is_audit else []
    base = report.plan.base if report.plan is not None else None
    lacking = without_consent(report.topics)
    by_need = {need: [entry for entry in found if entry.need is need] for need in Need}
    return template().render(
        **assets(),
        headline=headline(report),
        report=report,
        comparison=None if is_audit else comparison(report),
        facts=list(facts(report)),
        numbers=list(numbers(report)),
        person=rows(by_need[Need.PERSON], lacking, base),
        consented=rows(by_need[Need.CONSENTED], lacking, base),
        routine=rows(by_need[Need.NOBODY], lacking, base),
        of_others=sum(entry.is_of_others for entry in by_need[Need.NOBODY]),
        undo=undone(report),
        picture=picture(report, found),
        audit=audited(report),
        results=list(results(report)),
        errors=messages(report, {Severity.ERROR}),
        warnings=messages(report, set(Severity) - {Severity.ERROR}),
        recreated=[] if is_audit else recreated(report),
        unmanaged=[] if is_audit else report.unmanaged,
        in_sync=in_sync(report),
        count=count,
        many=_MANY,
    )
