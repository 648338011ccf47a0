"""``--base``"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reconciler.cli.connect import load_and_connect
from reconciler.cli.options import ClusterOptions, ManifestOptions, Option
from reconciler.cli.options.kinds import Command
from reconciler.errors import Diagnostic, ManifestInvalid, ReportNotRead
from reconciler.session import Session


def base_option(command: Command) -> Command:
    """``--base``."""
    option: Callable[[Command], Command] = click.option(
        "--base",
        metavar="PATH",
        type=click.Path(path_type=Path, readable=False),
        cls=Option,
        envvar="RECONCILER_BASE",
        show_envvar=True,
        help="Tell which changes are this branch's, compared with the target branch: a checkout of it, its manifest "
        "(file or directory), or the report of a run (.json).",
    )
    return option(command)


def load_with_base(
    session: Session, manifest: ManifestOptions, options: ClusterOptions, only: Sequence[str], base: Path | None
) -> None:
    """``load_and_connect``, and read the ``base`` that the plan is compared with, if there is one.

    Raises, besides, ManifestInvalid with the errors of both, and ReportNotRead.
    """
    if base is None:
        load_and_connect(session, manifest, options, only)
        return
    from reconciler.session.base import Manifest, compare_with  # noqa: PLC0415 - not needed for --help

    problems: list[Diagnostic] = []
    try:
        load_and_connect(session, manifest, options, only)
    except ManifestInvalid as invalid:
        problems += invalid.diagnostics
    ours = Manifest(files=manifest.files, environment=manifest.environment, environ=os.environ)
    try:
        compare_with(session, base, ours)
    except (ManifestInvalid, ReportNotRead) as error:
        problems += error.diagnostics
    if problems:
        raise ManifestInvalid(*problems)
