"""``--undo``"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reconciler.cli.connect import load_and_connect
from reconciler.cli.options import ClusterOptions, ManifestOptions
from reconciler.errors import Diagnostic, Severity, WrongUsage
from reconciler.session import Session

PRUNE = "--prune (RECONCILER_PRUNE)"
_STANDARD_INPUT = Path("-")


def check_undo(
    undo: Path | None, manifest: ManifestOptions, others: Mapping[str, object], *, is_asking: bool = False
) -> None:
    """Refuse options that make no sense together with ``--undo``. Raises WrongUsage, with every such option.

    None of ``others`` may be given. ``is_asking``: the run asks for confirmation.
    """
    problems = list(_problems(undo, manifest, others, is_asking=is_asking)) if undo is not None else []
    if problems:
        raise WrongUsage(
            *(Diagnostic(severity=Severity.ERROR, code="usage", message=words, hint=hint) for words, hint in problems)
        )


def _problems(
    undo: Path, manifest: ManifestOptions, others: Mapping[str, object], *, is_asking: bool
) -> Iterator[tuple[str, str]]:
    for option in (option for option, value in others.items() if value):
        yield f"{option} cannot be used with --undo, which restores what one run changed", "leave one of the two out"
    if undo == _STANDARD_INPUT and _STANDARD_INPUT in manifest.files:
        yield "both the manifest and the report are to be read from standard input", "give a file for one of them"
    if undo == _STANDARD_INPUT and is_asking:
        yield "cannot ask for confirmation: standard input is the report", "pass --yes to apply without asking"


def load_and_connect_to_undo(
    undo: Path, session: Session, manifest: ManifestOptions, cluster: ClusterOptions, only: Sequence[str]
) -> None:
    """Load the manifest and connect; then let ``session`` plan to undo the run of the report ``undo``.

    Raises ReportNotRead, and what ``load_and_connect`` raises.
    """
    from reconciler.report.read import read_report_file  # noqa: PLC0415 - not needed for --help
    from reconciler.session.undoing import restore  # noqa: PLC0415 - likewise

    file = session.control.wait_for(lambda: read_report_file(undo))
    load_and_connect(session, manifest, cluster, ())  # what --only names may not be in the manifest any more
    desired = session.record.desired
    if desired is None:
        raise AssertionError("a manifest that was loaded without an error is there")
    restore(session, file, desired, only=only)
