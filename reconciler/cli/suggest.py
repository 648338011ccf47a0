"""What a shell suggests for names: the topics of the manifest that the command line names, and its overlays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from reconciler.model import RiskKind

DEFAULT_FILES = (Path("topics.yaml"),)


def topics(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The topics that begin with ``incomplete``; none where the manifest cannot be loaded."""
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    files = _files(ctx)
    if not files:
        return []
    try:
        desired = load(files, ctx.params.get("environment"), os.environ)
    except Exception:  # noqa: BLE001 - a message would garble the command line that is being typed
        return []
    return [
        CompletionItem(topic.name, help=topic.description)
        for topic in desired.topics
        if topic.name.startswith(incomplete)
    ]


def risks(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The kinds of risk that begin with ``incomplete``."""
    return [CompletionItem(kind) for kind in RiskKind if kind.startswith(incomplete)]


def environments(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The overlays beside the manifest that begin with ``incomplete``."""
    from reconciler.manifest.sources import environments as beside  # noqa: PLC0415 - as above

    return [CompletionItem(name) for name in beside(_files(ctx)) if name.startswith(incomplete)]


def sides(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What ``compare`` takes: the overlays beside the manifest, ``cluster``, or else files."""
    from reconciler.manifest.sources import environments as beside  # noqa: PLC0415 - as above

    words = [*beside(ctx.params.get("files") or DEFAULT_FILES), "cluster"]
    found = [CompletionItem(word) for word in words if word.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def _files(ctx: click.Context) -> Sequence[Path]:
    """The files of the manifest, without standard input: a read would wait for the user to type a manifest.

    Where an option still lacks its value, click leaves what stands before it in ``args``.
    """
    files: Sequence[Path] = ctx.params.get("files") or DEFAULT_FILES
    if ctx.args and ctx.get_parameter_source("files") is not ParameterSource.COMMANDLINE:
        files = ()
    return [file for file in (*files, *map(Path, ctx.args)) if file != Path("-")]
