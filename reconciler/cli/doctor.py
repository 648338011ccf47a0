"""``reconciler doctor``"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from reconciler.cli.connect import client_settings, with_servers_of
from reconciler.cli.duration import Duration
from reconciler.cli.options import (
    ConnectionOptions,
    ManifestOptions,
    Option,
    colour_option,
    connection_options,
    format_option,
    manifest_options,
    verbose_option,
)
from reconciler.cli.signals import Signals
from reconciler.cli.streams import put, put_json, say
from reconciler.cli.suggest import DEFAULT_FILES
from reconciler.clock import Clock
from reconciler.errors import ClusterUnavailable, ManifestInvalid, WrongUsage
from reconciler.exit_codes import ERROR, OK, USAGE

if TYPE_CHECKING:
    from reconciler.doctor.check import Check, Checkup
    from reconciler.model import DesiredState

_COLUMNS_WITHOUT_TERMINAL = 100
_NAMED_FILES = 3
_MANIFEST = "manifest"


@click.command("doctor")
@manifest_options
@connection_options
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["plan", "service", "apply"]),
    default="apply",
    show_default=True,
    cls=Option,
    envvar="RECONCILER_DOCTOR_FOR",
    show_envvar=True,
    help="What the permissions are needed for: plan only reads, a service creates its missing topics, apply also "
    "changes and deletes.",
)
@click.option(
    "--timeout",
    "seconds",
    type=Duration(min=0, min_open=True, max=3600),
    default=5,
    show_default=True,
    metavar="DURATION",
    cls=Option,
    envvar="RECONCILER_DOCTOR_TIMEOUT",
    show_envvar=True,
    help="Longest that one check may take; all of them take twice as long at most.",
)
@format_option("text", "json")
@click.option("-q", "--quiet", is_flag=True, help="Print only failures, warnings and the summary.")
@colour_option
@verbose_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    manifest: ManifestOptions,
    cluster: ConnectionOptions,
    purpose: str,
    seconds: float,
    output: str,
    quiet: bool,
) -> int:
    """Check the connection to the cluster and the permissions there, step by step. Changes nothing.

    Says for each step what is wrong and what to do: name resolution, TCP, TLS, login, cluster id, the addresses that
    brokers advertise, and each permission. A manifest is optional; with one, the permissions are those on its topics.
    Exits with 1 when a check fails; warnings do not fail.

    \b
    Examples:
      reconciler doctor --bootstrap-server kafka-1:9092
      reconciler doctor -e prod --command-config prod.properties
      reconciler doctor --for plan -o json
    """
    from reconciler.doctor import document, text  # noqa: PLC0415 - not needed for --help
    from reconciler.doctor.check import Status  # noqa: PLC0415 - likewise

    signals = ctx.ensure_object(Signals)
    try:
        checkup = signals.wait_for(lambda: _checkup(ctx, manifest, cluster, seconds, purpose))
    except WrongUsage as error:
        say(str(error))
        return USAGE
    if output == "json":
        put_json(document.render(checkup))
    else:
        width = shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns
        put(text.render(checkup, width=width, quiet=quiet))
    return ERROR if checkup.status is Status.FAILED else OK


def _checkup(
    ctx: click.Context, options: ManifestOptions, cluster: ConnectionOptions, seconds: float, purpose: str
) -> Checkup:
    """All checks; only those of the manifest and the properties where these do not tell which cluster.

    Raises WrongUsage.
    """
    from reconciler.doctor.check import Status, failures, worst  # noqa: PLC0415 - as above
    from reconciler.doctor.examine import PROPERTIES, Examination, examine, of_client  # noqa: PLC0415 - as above
    from reconciler.doctor.purpose import Purpose  # noqa: PLC0415 - as above

    desired, checks = _manifest(options, is_default=_is_default(ctx, options))
    try:
        settings = with_servers_of(desired, client_settings(cluster, os.environ))
    except ClusterUnavailable as error:
        return of_client((*checks, *failures(PROPERTIES, error.diagnostics)))
    except WrongUsage:
        if worst(check.status for check in checks) is Status.FAILED:
            return of_client(checks)  # it may name the cluster
        raise
    return examine(
        Examination(
            settings=settings,
            seconds=seconds,
            environ=os.environ,
            manifest=checks,
            topics=None if desired is None else desired.topics,
            expected_cluster_id=None if desired is None else desired.cluster.id,
            purpose=Purpose(purpose),
        )
    )


def _is_default(ctx: click.Context, options: ManifestOptions) -> bool:
    """Whether no manifest was named."""
    named = any(ctx.get_parameter_source(name) is not ParameterSource.DEFAULT for name in ("files", "environment"))
    return not named and options.files == DEFAULT_FILES


def _manifest(options: ManifestOptions, *, is_default: bool) -> tuple[DesiredState | None, tuple[Check, ...]]:
    """The manifest, if there is one that is valid, and what is to be told of it."""
    from reconciler.doctor.check import Check, Status, failures  # noqa: PLC0415 - as above
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    if is_default and not any(map(os.path.lexists, options.files)):
        detail = f"no {DEFAULT_FILES[0]} here; with a manifest, the permissions on its topics are checked"
        return None, (Check(name=_MANIFEST, status=Status.SKIPPED, detail=detail),)
    try:
        desired = load(options.files, options.environment, os.environ, today=Clock().now().date())
    except ManifestInvalid as invalid:
        return None, failures(_MANIFEST, invalid.diagnostics)
    files = (
        " with ".join(file.path for file in desired.files)
        if len(desired.files) <= _NAMED_FILES
        else f"{len(desired.files)} files"
    )
    number = len(desired.topics)
    detail = f"{files}: {number:,} {'topic' if number == 1 else 'topics'}"
    return desired, (Check(name=_MANIFEST, status=Status.OK, detail=detail),)
