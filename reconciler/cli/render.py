"""``reconciler render``"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import streams
from reconciler.cli.console import Console
from reconciler.cli.options import OutputOptions, view_options
from reconciler.cli.signals import Signals
from reconciler.errors import Diagnostic, Location, Severity, Variable
from reconciler.exit_codes import OK
from reconciler.printable import unmistakable

if TYPE_CHECKING:
    from reconciler.report.document import DiagnosticEntry, Origin
    from reconciler.report.read import ReportFile


@click.command("render")
@click.argument("report", metavar="REPORT.json", type=click.Path(path_type=Path, readable=False, allow_dash=True))
@view_options
@click.pass_obj
def command(signals: Signals, *, report: Path, output: OutputOptions) -> int:
    """Show a report as the command that wrote it did. Needs no cluster and no manifest.

    REPORT.json is a file that --report or -o json wrote; - is standard input. Messages of the run go to standard
    error. Exits with 0 when the report is shown, whatever the exit code of the run was.

    \b
    Examples:
      reconciler render run.json
      reconciler render run.json --compact -q
      reconciler render plan.json -o markdown       for a comment on a pull request
      reconciler render plan.json -o html > plan.html
      reconciler plan -o json | reconciler render - -v
    """
    from reconciler.report.formats import FORMATS, JSON, TEXT  # noqa: PLC0415 - not needed for --help
    from reconciler.report.json import render_as_read  # noqa: PLC0415 - likewise
    from reconciler.report.read import read_report_file  # noqa: PLC0415 - likewise
    from reconciler.report.replay import replay  # noqa: PLC0415 - likewise

    console = Console(output)
    found = signals.wait_for(lambda: read_report_file(report))
    document = found.report
    console.say_problems([*_edited(found), *map(_diagnostic, document.diagnostics)], quiet=output.quiet)
    form = FORMATS[output.output]
    if form is JSON:
        console.put(render_as_read(document), streams.put_json)
    elif form is TEXT:
        console.put(replay(document, console.style))
    else:
        console.put(form.renderer().render(document, console.style))
    return OK


def _edited(found: ReportFile) -> Iterator[Diagnostic]:
    """The warning that the report is not the one that was written."""
    if found.is_edited:
        yield Diagnostic(
            severity=Severity.WARNING,
            code="report-edited",
            message=f"{unmistakable(found.name)}: the file was changed after it was written: its checksum does not fit",
            hint="what is shown here is not what the run reported",
        )


def _diagnostic(entry: DiagnosticEntry) -> Diagnostic:
    return Diagnostic(
        severity=entry.severity,
        code=entry.code,
        message=entry.message,
        hint=entry.hint,
        topic=entry.topic,
        origin=_place(entry.origin),
        detail=entry.detail,
    )


def _place(origin: Origin | None) -> Location | Variable | None:
    from reconciler.report.document import Variable as NamedVariable  # noqa: PLC0415 - not needed for --help

    if origin is None:
        return None
    if isinstance(origin, NamedVariable):
        return Variable(origin.variable)
    return Location(origin.file, origin.line, origin.column)
