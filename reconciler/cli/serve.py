"""``reconciler serve``"""

from __future__ import annotations

import gc
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from reconciler.cli.console import Console
from reconciler.cli.options import (
    ClusterOptions,
    LogOptions,
    ManifestOptions,
    OutputOptions,
    RetryOptions,
    ServeOptions,
    cluster_options,
    log_options,
    manifest_options,
    only_option,
    permission_options,
    retry_options,
    serve_options,
)
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.clock import Clock
from reconciler.errors import Interrupted, ReconcilerError, WrongUsage
from reconciler.exit_codes import SIGNALLED, USAGE
from reconciler.extras import not_installed
from reconciler.model import Permission

if TYPE_CHECKING:
    from reconciler.cli.auditing import Auditor
    from reconciler.service.serve import PageSettings

log = logging.getLogger("reconciler.serve")

_LOOK_SECONDS = 1.0
"""How often to look whether HTTP is still answered."""


@click.command("serve")
@manifest_options
@serve_options
@cluster_options
@only_option
@permission_options
@retry_options
@log_options
def command(
    *,
    manifest: ManifestOptions,
    serve: ServeOptions,
    cluster: ClusterOptions,
    only: tuple[str, ...],
    permission: Permission,
    retry: RetryOptions,
    logs: LogOptions,
) -> int:
    """Audit at an interval, with a status page, health and metrics.

    Compares the manifest with the cluster, again and again, and answers HTTP: / is a page for people, /health and
    /health/topics are JSON, /ready is for load balancers, /metrics is for Prometheus. Changes nothing without
    --apply. Reads the manifest anew each time, and keeps running while the cluster is away.

    \b
    Examples:
      reconciler serve --bootstrap-server localhost:9092
      reconciler serve -e prod --command-config prod.properties --address 0.0.0.0:8080
      reconciler serve -e dev --interval 1m --apply
    """
    if Path("-") in manifest.files:
        raise click.UsageError("serve reads the manifest anew at each audit; name a file instead of -")
    try:
        from reconciler.cli.auditing import Auditor  # noqa: PLC0415 - not needed for --help
        from reconciler.service.serve import PageSettings  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ReconcilerError(not_installed("serve", "serve", error)) from error
    console = _console(logs)
    signals = click.get_current_context().ensure_object(Signals)
    auditor = Auditor(
        manifest=manifest,
        cluster=cluster,
        only=only,
        permission=permission,
        signals=signals,
        retry=retry if serve.applying else None,
    )
    settings = PageSettings(
        environment=manifest.environment,
        is_applying=serve.applying,
        auto_create=serve.applying and permission.creating,
        retries=retry.retries,
        timeout=cluster.timeout,
    )
    gc.enable()  # other commands end before there is much to collect
    try:
        _serve(serve, settings, auditor, console)
    except Interrupted as stopped:
        log.info("stopped by %s", signal.Signals(stopped.signal_number).name)
        return SIGNALLED + stopped.signal_number
    except WrongUsage as error:
        say(str(error))
        return USAGE


def _serve(serve: ServeOptions, settings: PageSettings, auditor: Auditor, console: Console) -> NoReturn:
    """Answer HTTP and audit. Raises Interrupted, AddressUnavailable, and WrongUsage where the first audit does."""
    from reconciler.cli.auditing import log_audit  # noqa: PLC0415 - not needed for --help
    from reconciler.service.serve import (  # noqa: PLC0415 - an extra
        Audit,
        Board,
        Metrics,
        application,
        keep_auditing,
        listen,
        serving,
    )

    board = Board(serve.interval)
    metrics = Metrics(board)
    with serving(application(board, metrics, settings), listen(*serve.address)) as server:
        log.info("serving on %s", server.address)

        def audit() -> Audit:
            done = auditor.audit()
            if board.known.last is None and isinstance(done.record.ended_by, WrongUsage):
                raise done.record.ended_by
            return done

        def notice(done: Audit, before: Audit | None) -> None:
            metrics.take(done)
            log_audit(console, done, before)

        def sleep(seconds: float) -> None:
            clock, signals = Clock(), auditor.signals
            end = clock.monotonic() + seconds
            while (left := end - clock.monotonic()) > 0:
                if not server.is_alive:
                    raise ReconcilerError.because("http-ended", "the HTTP server ended", hint="see the log lines above")
                signals.sleep(min(left, _LOOK_SECONDS))

        keep_auditing(audit, board, clock=Clock(sleep=sleep), notice=notice)


def _console(logs: LogOptions) -> Console:
    """Standard error, with a line for each audit, in text too."""
    more = 1 if logs.log_format == "text" else 0
    output = OutputOptions(
        output="text", reports=(), log_format=logs.log_format, verbosity=logs.verbosity + more, quiet=logs.quiet
    )
    console = Console(output)
    http = logging.getLogger("uvicorn")
    http.handlers, http.propagate = logging.getLogger("reconciler").handlers, False
    http.setLevel(logging.WARNING)
    return console
