"""The report as text for people: on standard output, and as a file with the whole run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from click import unstyle

from reconciler.errors import Severity
from reconciler.model import Command
from reconciler.report.document import DiagnosticEntry, Place, Report
from reconciler.report.drift.text import render_drift
from reconciler.report.escaping import printable
from reconciler.report.layout import Detail, TextStyle, count, wrapped
from reconciler.report.plan_text import render_plan
from reconciler.report.result_text import render_result

__all__ = ["Detail", "TextStyle", "render", "render_file", "render_plan"]

_NAMED_FILES = 3


def render(report: Report, layout: TextStyle) -> str:
    """The text for standard output."""
    return "".join(f"{line}\n" for line in _said(report.command)(printable(report), layout))


def render_file(report: Report) -> str:
    """The whole run, for a file: start, duration, status, plan, result of an apply, every message."""
    report, layout = printable(report), TextStyle()
    run = report.run
    started = f"{run.started_at:%Y-%m-%d %H:%M:%S %Z}"
    lines = [
        f"reconciler {report.command}, {started}, {run.duration_seconds:.1f} s: {run.status}, exit code {run.exit_code}"
    ]
    if report.manifest is not None:
        lines += wrapped(f"Manifest: {', '.join(file.path for file in report.manifest.files)}", layout)
    plan_first = () if report.command is Command.DRIFT else (render_plan,)
    for say in dict.fromkeys((*plan_first, _said(report.command))):
        part = list(say(report, layout))
        lines += ["", *part] if part else []
    messages = [_message(diagnostic) for diagnostic in report.diagnostics]
    return unstyle("".join(f"{line}\n" for line in [*lines, *([""] if messages else []), *messages]))


def render_validation(report: Report, layout: TextStyle) -> Iterator[str]:
    """One line for a manifest without errors, or with violations of its policy only; those go to standard error."""
    if report.run.status in {"ok", "refused"} and report.manifest is not None:
        paths = [file.path for file in report.manifest.files]
        found = Counter(diagnostic.severity for diagnostic in report.diagnostics)
        numbers = [] if layout.topics is None else [count(layout.topics, "topic")]
        numbers += [count(found[Severity.WARNING], "warning")] if found[Severity.WARNING] else []
        files = " with ".join(paths) if len(paths) <= _NAMED_FILES else f"{len(paths)} files"
        violations = count(found[Severity.ERROR], "policy violation")
        yield ", ".join([f"{files}: {'valid' if report.run.status == 'ok' else violations}", *numbers])


def _said(command: Command) -> Callable[[Report, TextStyle], Iterator[str]]:
    """The function that renders the report of a command."""
    match command:
        case Command.VALIDATE:
            return render_validation
        case Command.PLAN:
            return render_plan
        case Command.APPLY | Command.ENSURE:
            return render_result
        case Command.DRIFT:
            return render_drift


def _message(diagnostic: DiagnosticEntry) -> str:
    where = (
        f"{diagnostic.origin.file}:{diagnostic.origin.line}:{diagnostic.origin.column}: "
        if isinstance(diagnostic.origin, Place)
        else ""
    )
    hint = f"\n  {diagnostic.hint}" if diagnostic.hint else ""
    return f"{where}{diagnostic.severity}: {diagnostic.message}{hint}"
