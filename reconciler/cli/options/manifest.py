"""Which manifest: ``PATH…``, ``-f`` and ``-e``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from click.core import ParameterSource

from reconciler.cli import suggest
from reconciler.cli.options.kinds import Command, Option, Repeatable, bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestOptions:
    """Which manifest."""

    files: tuple[Path, ...]
    environment: str | None


def manifest_options(command: Command) -> Command:
    """``PATH…``, ``-f`` and ``-e``."""
    # Before -f, whose callback takes them in; a positional argument has no help of its own.
    paths = click.argument(
        "paths",
        metavar="[PATH]...",
        nargs=-1,
        type=click.Path(path_type=Path, readable=False, allow_dash=True),
        is_eager=True,
        expose_value=False,
        callback=_note_paths,
    )
    return bundled("manifest", ManifestOptions, paths, *_options("Manifest, same as PATH:"))(command)


def named_manifest_options(command: Command) -> Command:
    """``-f`` and ``-e``, of a command whose arguments are something else."""
    return bundled("manifest", ManifestOptions, *_options("Manifest:"))(command)


def _options(beginning: str) -> tuple[Callable[[Command], Command], ...]:
    return (
        click.option(
            "-f",
            "--file",
            "files",
            cls=Repeatable,
            multiple=True,
            type=click.Path(path_type=Path, readable=False, allow_dash=True),
            default=list(map(str, suggest.DEFAULT_FILES)),
            show_default=True,
            callback=_files,
            envvar="RECONCILER_FILE",
            show_envvar=True,
            help=f"{beginning} a file, a directory (all its YAML files, recursively), or - for standard "
            "input. Repeatable; one per line in the variable.",
        ),
        click.option(
            "-e",
            "--environment",
            metavar="NAME",
            callback=_environment,
            shell_complete=suggest.environments,
            cls=Option,
            envvar="RECONCILER_ENVIRONMENT",
            show_envvar=True,
            help="Apply the overlay topics.NAME.yaml beside topics.yaml (for a directory: topics.NAME.yaml or "
            "topics.NAME/ beside it).",
        ),
    )


_PATHS = f"{__name__}.paths"


def _note_paths(ctx: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> None:
    ctx.meta[_PATHS] = paths


def _files(ctx: click.Context, parameter: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths of ``-f`` and the positional ones; both win over variable and default."""
    paths: tuple[Path, ...] = ctx.meta.get(_PATHS, ())
    is_flag = ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    return (*files, *paths) if is_flag or not paths else paths


def _environment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value or "/" in value or "\\" in value):
        raise click.BadParameter("environment must be a name such as prod (for topics.prod.yaml)")
    return value
