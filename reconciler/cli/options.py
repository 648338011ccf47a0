"""Options that commands share, and the values they come to."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from reconciler.cli.defect import note_verbosity
from reconciler.cli.duration import Duration
from reconciler.cli.logs import LogFormat
from reconciler.report.formats import BY_ENDING

Command = Callable[..., int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestOptions:
    """Which manifest."""

    files: tuple[Path, ...]
    environment: str | None


class BootstrapServer(NamedTuple):
    """An address, and whether it was given as a flag, which wins over the file of ``--command-config``."""

    address: str
    is_flag: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """Which cluster, and how long to wait for it."""

    bootstrap_server: BootstrapServer | None
    command_config: Path | None
    properties: tuple[str, ...]
    timeout: float
    deadline: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOptions:
    """How often a failed write is sent again, and the longest pause before the first time."""

    retries: int
    retry_delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """Where the report goes, and in which form standard output gets it."""

    output: str
    reports: tuple[Path, ...]
    log_format: LogFormat
    verbosity: int
    quiet: bool


class Option(click.Option):
    """An option whose variables are not set where they are blank; an error names the one that it is about."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002 - the name is click's
        """The value of the first variable that has one."""
        name = self._variable()
        return os.environ[name] if name is not None else None

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """The option, and the variable that the value is from."""
        hint = click.Parameter.get_error_hint(self, ctx)
        if ctx is None or ctx.get_parameter_source(self.name) is not ParameterSource.ENVIRONMENT:
            return hint
        return f"{hint} (env var: '{self._variable()}')"

    def _variable(self) -> str | None:
        names = [self.envvar] if isinstance(self.envvar, str) else self.envvar or ()
        return next((name for name in names if os.environ.get(name, "").strip()), None)


class Repeatable(Option):
    """An option that may be given several times; its variable holds one value a line.

    click splits at spaces, and paths at colons, which are parts of values.
    """

    def value_from_envvar(self, ctx: click.Context) -> list[str] | None:
        """The lines that are not blank; ``None`` where there are none, as where the variable is not set."""
        text = self.resolve_envvar_value(ctx) or ""
        return [line.strip() for line in text.split("\n") if line.strip()] or None


def manifest_options(command: Command) -> Command:
    """``PATH…``, ``-f`` and ``-e``."""
    return _bundled(
        "manifest",
        ManifestOptions,
        # Before -f, whose callback takes them in; a positional argument has no help of its own.
        click.argument(
            "paths",
            metavar="[PATH]...",
            nargs=-1,
            type=click.Path(path_type=Path, readable=False, allow_dash=True),
            is_eager=True,
            expose_value=False,
            callback=_note_paths,
        ),
        click.option(
            "-f",
            "--file",
            "files",
            cls=Repeatable,
            multiple=True,
            type=click.Path(path_type=Path, readable=False, allow_dash=True),
            default=["topics.yaml"],
            show_default=True,
            callback=_files,
            envvar="RECONCILER_FILE",
            show_envvar=True,
            help="The manifest, the same as PATH: a file, a directory with all YAML files in it, or - for standard "
            "input. Repeatable; in the variable one a line.",
        ),
        click.option(
            "-e",
            "--environment",
            metavar="NAME",
            callback=_environment,
            cls=Option,
            envvar="RECONCILER_ENVIRONMENT",
            show_envvar=True,
            help="Lay topics.NAME.yaml, beside topics.yaml, over it; topics.NAME for a directory.",
        ),
    )(command)


def cluster_options(command: Command) -> Command:
    """``--bootstrap-server``, ``--command-config``, ``-X``, ``--timeout`` and ``--deadline``."""
    return _bundled(
        "cluster",
        ClusterOptions,
        click.option(
            "--bootstrap-server",
            metavar="HOST:PORT,…",
            callback=_explicit,
            cls=Option,
            envvar="KAFKA_BOOTSTRAP_SERVERS",
            show_envvar=True,
            help="Brokers to ask first.",
        ),
        click.option(
            "--command-config",
            type=click.Path(path_type=Path, readable=False),
            cls=Option,
            envvar="RECONCILER_COMMAND_CONFIG",
            show_envvar=True,
            help="File of librdkafka properties, key=value, with ${VAR}; the place for passwords. "
            "KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_… and KAFKA_SSL_… variables set properties, too; the file wins.",
        ),
        click.option(
            "-X",
            "properties",
            metavar="KEY=VALUE",
            cls=Repeatable,
            multiple=True,
            envvar="RECONCILER_X",
            show_envvar=True,
            help="A librdkafka property; repeatable, in the variable one a line. Wins over --command-config.",
        ),
        click.option(
            "--timeout",
            type=Duration(min=0, min_open=True, max=3600),
            default=30,
            show_default=True,
            metavar="DURATION",
            cls=Option,
            envvar=["RECONCILER_TIMEOUT", "KAFKA_TOPIC_CREATION_TIMEOUT"],
            show_envvar=True,
            help="The longest that one step may go without progress: 30s, 2m, 500ms; a number alone is in seconds.",
        ),
        click.option(
            "--deadline",
            type=Duration(min=0, min_open=True),
            metavar="DURATION",
            cls=Option,
            envvar="RECONCILER_DEADLINE",
            show_envvar=True,
            help="End the whole run after so long (10m); what is not done by then is reported so.",
        ),
    )(command)


def output_options(*forms: str) -> Callable[[Command], Command]:
    """``-o`` with the ``forms`` that the command has, the first one by default, and ``--report``."""
    return _bundled(
        "output",
        OutputOptions,
        click.option(
            "-o",
            "--output",
            type=click.Choice(forms),
            default=forms[0],
            show_default=True,
            cls=Option,
            envvar="RECONCILER_OUTPUT",
            show_envvar=True,
            help="What standard output gets.",
        ),
        click.option(
            "--report",
            "reports",
            cls=Repeatable,
            multiple=True,
            type=click.Path(path_type=Path, readable=False),
            callback=_reports,
            envvar="RECONCILER_REPORT",
            show_envvar=True,
            help="Also write the report there, however the run ends; .json or .txt. Repeatable; in the variable one a "
            "line.",
        ),
        click.option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            cls=Option,
            envvar="RECONCILER_LOG_FORMAT",
            show_envvar=True,
            help="What standard error gets: text, or one JSON object a line.",
        ),
        click.option(
            "-v",
            "--verbose",
            "verbosity",
            count=True,
            callback=note_verbosity,
            help="Show unchanged topics too, and log each topic; -vv logs each attempt.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Show only errors, and of a text only its last lines."),
    )


def retry_options(command: Command) -> Command:
    """``--retries`` and ``--retry-delay``."""
    return _bundled(
        "retry",
        RetryOptions,
        click.option(
            "--retries",
            type=click.IntRange(min=0, max=100),
            default=3,
            show_default=True,
            metavar="NUMBER",
            cls=Option,
            envvar=["RECONCILER_RETRIES", "KAFKA_TOPIC_CREATION_RETRIES"],
            show_envvar=True,
            help="How often a write is sent again that failed in a way that passes.",
        ),
        click.option(
            "--retry-delay",
            type=Duration(min=0, max=3600),
            default=1,
            show_default=True,
            metavar="DURATION",
            cls=Option,
            envvar=["RECONCILER_RETRY_DELAY", "KAFKA_TOPIC_CREATION_RETRY_DELAY"],
            show_envvar=True,
            help="The longest pause before the first retry; it doubles from retry to retry.",
        ),
    )(command)


def auto_create_option(command: Command) -> Command:
    """``--auto-create``."""
    option: Callable[[Command], Command] = click.option(
        "--auto-create/--no-auto-create",
        default=True,
        show_default=True,
        cls=Option,
        envvar=["RECONCILER_AUTO_CREATE", "KAFKA_TOPIC_AUTO_CREATE"],
        show_envvar=True,
        help="Whether to create missing topics. If not, a missing one is refused and everything else is done.",
    )
    return option(command)


def only_option(command: Command) -> Command:
    """``--only``."""
    option: Callable[[Command], Command] = click.option(
        "--only",
        metavar="GLOB",
        cls=Repeatable,
        multiple=True,
        envvar="RECONCILER_ONLY",
        show_envvar=True,
        help="Only the topics whose names match; repeatable, in the variable one a line. The others are as if they "
        "were not there.",
    )
    return option(command)


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``-v``, of commands that have nothing to log."""
    option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=note_verbosity,
        help="With -vv, show the traceback of an internal error.",
    )
    return option(command)


def _bundled(name: str, kind: type, *options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Add ``options`` to a command, which gets their values as one argument ``name`` of type ``kind``."""
    fields = [each.name for each in dataclasses.fields(kind)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def bundling(**values: Any) -> int:
            bundle = kind(**{field: values.pop(field) for field in fields})
            return command(**values, **{name: bundle})

        decorated: Command = bundling
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


_PATHS = f"{__name__}.paths"


def _note_paths(ctx: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> None:
    ctx.meta[_PATHS] = paths


def _files(ctx: click.Context, parameter: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """What ``-f`` names and what stands there without it; both win over variable and default."""
    paths: tuple[Path, ...] = ctx.meta.get(_PATHS, ())
    is_flag = ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    return (*files, *paths) if is_flag or not paths else paths


def _explicit(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> BootstrapServer | None:
    if value is None:
        return None
    source = ctx.get_parameter_source("bootstrap_server")
    return BootstrapServer(value, is_flag=source is ParameterSource.COMMANDLINE)


def _environment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value or "/" in value or "\\" in value):
        raise click.BadParameter("a name like prod, the middle of topics.prod.yaml")
    return value


def _reports(_ctx: click.Context, _parameter: click.Parameter, values: tuple[Path, ...]) -> tuple[Path, ...]:
    """Refuse before anything is done what could not be written at the end."""
    for path in values:
        if path.suffix not in BY_ENDING:
            raise click.BadParameter(f"{path}: the ending says the form: {', '.join(BY_ENDING)}")
        if os.path.isdir(path):  # noqa: PTH112 - that of a Path raises where a directory may not be entered
            raise click.BadParameter(f"{path} is a directory")
        if not _may_be_there(path.parent):
            raise click.BadParameter(f"there is no directory {path.parent}")
    return values


def _may_be_there(directory: Path) -> bool:
    """Whether ``directory`` is one, or may not be looked at: what is wrong with it then is said with a report."""
    try:
        return directory.is_dir()
    except OSError:
        return True
