"""The manifest that the options name."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import ManifestOptions
from reconciler.cli.suggest import DEFAULT_FILES
from reconciler.cli.variables import near_misses
from reconciler.errors import Diagnostic, Location, ManifestInvalid, ReconcilerError, Severity
from reconciler.printable import unmistakable

if TYPE_CHECKING:
    from reconciler.model import DesiredState
    from reconciler.session import Session

_KEYS_OF_REPORTS = {"format_version", "tool", "command", "run"}


def load_manifest(session: Session, options: ManifestOptions, only: Sequence[str] = ()) -> DesiredState:
    """Load the manifest with the topics that match ``only``. Raises ManifestInvalid; WrongUsage where none matches."""
    session.note(*near_misses(os.environ))
    try:
        return session.load(options.files, options.environment, os.environ, only=only)
    except ManifestInvalid as invalid:
        raise ManifestInvalid(*_with_hints(_reports_apart(invalid.diagnostics), options)) from None


def _reports_apart(problems: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """``problems``, with a single one for each file that is a report: terraform takes a saved plan as an argument."""
    seen: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        if isinstance(problem.origin, Location):
            seen[problem.origin.file] |= {key for key in _KEYS_OF_REPORTS if f"unknown key '{key}'" in problem.message}
    reports = [file for file, keys in seen.items() if keys == _KEYS_OF_REPORTS]
    others = [each for each in problems if not (isinstance(each.origin, Location) and each.origin.file in reports)]
    return [*map(_is_report, reports), *others]


def _is_report(file: str) -> Diagnostic:
    command = click.get_current_context().command
    takes_plan = any("--plan" in parameter.opts for parameter in command.params)
    return Diagnostic(
        severity=Severity.ERROR,
        code="manifest-is-report",
        message=f"{unmistakable(file)}: this is a report, not a manifest",
        hint=f"to apply a reviewed plan: --plan {unmistakable(file)}"
        if takes_plan
        else f"to show it: reconciler render {unmistakable(file)}",
    )


def _with_hints(problems: Sequence[Diagnostic], options: ManifestOptions) -> Iterator[Diagnostic]:
    """``problems``, with a hint where the name of a missing file is that of a topic."""
    missing = {file for file in options.files if not os.path.lexists(file)}
    topics = _topics(options, missing) if missing else frozenset()
    hints = {f"{file}: ": _hint(str(file)) for file in missing if str(file) in topics}
    for problem in problems:
        hint = next((hint for start, hint in hints.items() if problem.message.startswith(start)), None)
        yield problem if hint is None else replace(problem, hint=hint)


def _topics(options: ManifestOptions, missing: set[Path]) -> frozenset[str]:
    """The names of the topics in the files that exist, or else in the default one; none where they are invalid."""
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    files = [file for file in options.files if file not in missing and file != Path("-")] or DEFAULT_FILES
    try:
        return frozenset(topic.name for topic in load(files, options.environment, os.environ).topics)
    except ReconcilerError:
        return frozenset()


def _hint(topic: str) -> str:
    command = click.get_current_context().command
    takes_only = any("--only" in parameter.opts for parameter in command.params)
    return f"{topic} is a topic; " + (
        f"did you mean --only {topic}?" if takes_only else f"'reconciler explain {topic}' shows its settings"
    )
