"""A report file back to its document. Anybody may have written the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from reconciler.errors import Diagnostic, Location, ReportNotRead, Severity
from reconciler.printable import unmistakable
from reconciler.report.checksum import checksum
from reconciler.report.document import FORMAT_VERSION, Report
from reconciler.report.misfits import misfits

MOST_BYTES = 256 * 1024**2
"""The largest file that is read; a report of 10,000 topics has about 20 MB."""
STANDARD_INPUT = Path("-")
_MOST_SHOWN = 20
_VERSION = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})(?:\.[0-9]{1,9})?")
_HOW_TO_WRITE_ONE = "write a report with --report FILE.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report that was read from a file."""

    report: Report
    name: str
    """The file's name in messages."""
    version: str
    """The ``format_version`` that the file has."""
    is_edited: bool | None
    """Whether the file was changed after it was written, by its checksum; ``None`` if it has none."""
    content: bytes = field(repr=False)


def read_report(path: Path) -> Report:
    """The report in the file ``path``; ``-`` is standard input. Raises ReportNotRead."""
    return read_report_file(path).report


def read_report_file(path: Path) -> ReportFile:
    """The same, and what is known of the file."""
    name = "<stdin>" if path == STANDARD_INPUT else str(path)
    try:
        # A descriptor of our own: a thread that waits would hold the lock of sys.stdin until the process ends.
        is_ours = path != STANDARD_INPUT
        with open(path if is_ours else 0, "rb", closefd=is_ours) as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReportNotRead.because(
            "report-not-read", f"cannot read the report {unmistakable(name)}: {error.strerror or error}"
        ) from error
    return report_file_in(content, name)


def report_in(content: bytes, name: str) -> Report:
    """The report that ``content`` is; ``name`` is the file's in messages. Raises ReportNotRead.

    Keys that are not known are ignored: a later minor version of the format may have more.
    """
    return report_file_in(content, name).report


def report_file_in(content: bytes, name: str) -> ReportFile:
    """The same, and what is known of the file."""
    if len(content) > MOST_BYTES:
        words = f"the file is larger than {MOST_BYTES // 1024**2} MiB, which no report is"
        raise _not_read(name, "report-too-large", words, _HOW_TO_WRITE_ONE)
    document = _object(content, name)
    version, is_later = _version(document, name)
    try:
        is_edited = _is_edited(document)
        document["format_version"] = FORMAT_VERSION
        # Written anew, so that pydantic reads what orjson read: without NaN, and with numbers of at most 64 bits.
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:
        raise _not_read(name, "report-invalid", "the values are nested too deeply", _HOW_TO_WRITE_ONE) from None
    try:
        report = _documents().validate_json(text, strict=True, extra="ignore")
    except ValidationError as error:
        raise _invalid(error, document, name, version if is_later else None) from None
    return ReportFile(report=report, name=name, version=version, is_edited=is_edited, content=content)


def _is_edited(document: dict[str, Any]) -> bool | None:
    """Whether ``document`` is another one than its checksum is of. Raises orjson.JSONEncodeError."""
    plan = document.get("plan")
    written = plan.get("checksum") if isinstance(plan, dict) else None
    return None if written is None else written != checksum(document)


@cache
def _documents() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def _object(content: bytes, name: str) -> dict[str, Any]:
    """The JSON object in ``content``. Raises ReportNotRead."""
    if not content.strip():
        raise _not_read(name, "report-empty", "the file is empty", _HOW_TO_WRITE_ONE)
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        is_cut = "unexpected end" in error.msg
        raise ReportNotRead.because(
            "report-not-json",
            f"the file {'is incomplete' if is_cut else 'is not JSON'}: {error.msg}",
            hint=_HOW_TO_WRITE_ONE,
            origin=Location(name, error.lineno, error.colno),
        ) from None
    if not isinstance(document, dict):
        raise _not_read(name, "report-invalid", "the file is not a report: it is not a JSON object", _HOW_TO_WRITE_ONE)
    return document


def _version(document: dict[str, Any], name: str) -> tuple[str, bool]:
    """The version of the format, and whether it is a later one than this program writes. Raises ReportNotRead."""
    seen = document.get("format_version")
    found = _VERSION.fullmatch(seen) if isinstance(seen, str) else None
    if found is None:
        what = "it has no format_version" if seen is None else "its format_version is not a version such as 1.0"
        raise _not_read(name, "report-invalid", f"the file is not a report: {what}", _HOW_TO_WRITE_ONE)
    major, minor = map(int, found.groups())
    ours, latest = map(int, FORMAT_VERSION.split("."))
    if major != ours:
        words = f"the report has format {found[0]}; this version of reconciler reads {ours}.x"
        hint = "use a later version of reconciler" if major > ours else _HOW_TO_WRITE_ONE
        raise _not_read(name, "report-version", words, hint)
    return found[0], minor > latest


def _invalid(error: ValidationError, document: dict[str, Any], name: str, later: str | None) -> ReportNotRead:
    """What does not fit, value by value; ``later`` is the version of the format if it is later than ours."""
    found = misfits(error, document)
    shown = [_problem(f"{unmistakable(name)}: {each}") for each in found[:_MOST_SHOWN]]
    if len(found) > len(shown):
        shown.append(
            _problem(f"{unmistakable(name)}: {len(found) - len(shown):,} more values are not those of a report")
        )
    hint = _HOW_TO_WRITE_ONE
    if later is not None:
        hint = f"the report has format {later}, later than {FORMAT_VERSION}: use a later version of reconciler"
    return ReportNotRead(*shown[:-1], _problem(shown[-1].message, hint))


def _problem(message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code="report-invalid", message=message, hint=hint)


def _not_read(name: str, code: str, words: str, hint: str) -> ReportNotRead:
    return ReportNotRead.because(code, f"{unmistakable(name)}: {words}", hint=hint)
