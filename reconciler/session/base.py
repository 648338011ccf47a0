"""What a plan is compared with, from a path: the manifest of the target branch, or the report of a former run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Diagnostic, ManifestInvalid, ReportNotRead, Severity
from reconciler.model import Base, DesiredState, FormerRun, LiveState
from reconciler.printable import quoted, unmistakable
from reconciler.session.session import Session

_REPORT = ".json"
_CHECKOUT = ".git"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest that is planned: its ``files``, the ``environment``, and the environment variables."""

    files: Sequence[Path]
    environment: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


class ReadBase(NamedTuple):
    """A base, and notes about it; its own warnings are not among them."""

    base: Base
    notes: Sequence[Diagnostic] = ()


def read_base(path: Path, manifest: Manifest) -> ReadBase:
    """The base in ``path``: a report, a file or folder with a manifest, or a checkout that has the files of
    ``manifest`` at the same paths.

    Raises ManifestInvalid and ReportNotRead.
    """
    if path.suffix == _REPORT and not path.is_dir():
        return ReadBase(_of_report(path, manifest.environment))
    if not os.path.lexists(path):
        words = f"--base {unmistakable(str(path))}: no such file or directory"
        raise ManifestInvalid.because(
            "base-not-found", words, hint="give a checkout of the target branch, its manifest, or a report"
        )
    files = _files_in(path, manifest.files)
    if not files:
        missing = " and ".join(unmistakable(str(file)) for file in manifest.files)
        return _new(path, f"{unmistakable(str(path))} has no {missing}")
    return _of_manifest(path, files, manifest)


def compare_with(session: Session, path: Path, manifest: Manifest) -> None:
    """Let the report of ``session`` tell where each change comes from, compared with the base in ``path``.

    Call it before ``plan``, which then raises ReportNotRead for another cluster than that of a report. Raises
    ManifestInvalid and ReportNotRead.
    """
    base, notes = session.control.wait_for(lambda: read_base(path, manifest))
    session.knows_base(base)
    session.note(*notes)
    run = base.run
    if run is not None:
        session.refuse_after_reading(lambda live: _refuse_other(live, run, base.path))


def _refuse_other(live: LiveState, run: FormerRun, path: str) -> None:
    if live.cluster_id != run.cluster_id:
        words = f"the report is of cluster {quoted(str(run.cluster_id))}, the plan of {quoted(str(live.cluster_id))}"
        raise _not_comparable(path, words)


def _files_in(path: Path, files: Sequence[Path]) -> Sequence[Path]:
    """The files of the base: those with the paths of ``files`` below ``path``, or with their names in it, or ``path``.

    None of a checkout without any of them: other files of a repository are not manifests.
    """
    if not path.is_dir():
        return [path]
    relative = [Path(os.path.relpath(file)) for file in files if file != Path("-")]
    below = [path / file for file in relative if ".." not in file.parts]
    beside = [path / file.name for file in relative]
    for found in ([file for file in below if file.exists()], [file for file in beside if file.is_file()]):
        if found:
            return found
    return [] if (path / _CHECKOUT).exists() else [path]


def _of_manifest(path: Path, files: Sequence[Path], manifest: Manifest) -> ReadBase:
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help
    from reconciler.plan.fingerprint import digest  # noqa: PLC0415 - likewise

    environment = manifest.environment
    try:
        desired = load(files, environment, manifest.environ)
    except ManifestInvalid as invalid:
        errors = [each for each in invalid.diagnostics if each.severity is Severity.ERROR]
        if environment is not None and [each.code for each in errors] == ["no-overlay"]:
            return _new(path, errors[0].message)
        raise ManifestInvalid(*(_in_base(each, path) for each in errors)) from None
    return ReadBase(Base(path=str(path), digest=digest(desired), desired=desired))


def _in_base(problem: Diagnostic, path: Path) -> Diagnostic:
    """``problem`` with what it is about, where its message names no place."""
    if problem.origin is not None:
        return problem
    return replace(problem, message=f"--base {unmistakable(str(path))}: {problem.message}")


def _new(path: Path, why: str) -> ReadBase:
    note = Diagnostic(
        severity=Severity.INFO, code="base-empty", message=f"{why}: all changes count as those of this branch"
    )
    return ReadBase(Base(path=str(path), digest=None, desired=DesiredState(topics=())), [note])


def _of_report(path: Path, environment: str | None) -> Base:
    from reconciler.report.base import base_of  # noqa: PLC0415 - only with a report
    from reconciler.report.read import read_report  # noqa: PLC0415 - likewise

    report = read_report(path)
    if report.environment != environment:
        other, ours = (
            "no environment" if each is None else f"environment {quoted(each)}"
            for each in (report.environment, environment)
        )
        raise _not_comparable(str(path), f"the report is of {other}, the plan of {ours}")
    return base_of(report, str(path))


def _not_comparable(path: str, words: str) -> ReportNotRead:
    return ReportNotRead.because(
        "base-not-comparable", f"--base {unmistakable(path)}: {words}", hint="use a report of the same plan"
    )
