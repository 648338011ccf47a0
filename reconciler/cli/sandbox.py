"""``reconciler sandbox``"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from reconciler.cli.options import verbose_option
from reconciler.cli.signals import Signals
from reconciler.cli.streams import put, say
from reconciler.errors import SandboxError
from reconciler.exit_codes import SIGNALLED
from reconciler.printable import escaped, unmistakable
from reconciler.sandbox.versions import DEFAULT_VERSION, known_versions

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as shells have it


def _cluster_shape(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        verbose_option,
        click.option("--port", type=click.IntRange(1, 65535), help="Port of the first broker. Default: any free port."),
        click.option(
            "--kafka-version",
            default=DEFAULT_VERSION,
            show_default=True,
            callback=_known_version,
            help=f"Kafka version: {', '.join(known_versions())}.",
        ),
        click.option("--brokers", type=click.IntRange(1, 6), default=1, show_default=True, help="Number of brokers."),
    ):
        command = option(command)
    return command


def _known_version(_ctx: click.Context, _parameter: click.Parameter, wanted: str) -> str:
    from reconciler.sandbox.versions import full_version  # noqa: PLC0415

    try:
        return full_version(wanted)
    except SandboxError as error:
        raise click.BadParameter(f"{error.diagnostics[0].message}; {error.diagnostics[0].hint}") from None


@click.group("sandbox")
@click.pass_obj
def command(signals: Signals) -> None:
    """Run a temporary Apache Kafka on this machine, without Docker.

    The first start downloads Kafka; later starts take a few seconds. The brokers listen on 127.0.0.1 only, and
    their data is deleted at the end.

    \b
    Examples:
      reconciler sandbox run -- reconciler apply --yes
      reconciler sandbox run --brokers 3 --kafka-version 3.9 -- pytest
      export $(reconciler sandbox start)
      reconciler sandbox stop
    """
    signals.let_go()  # no report to write, and the cluster ends with this process, however that dies


@command.command("run", context_settings={"allow_interspersed_args": False})
@_cluster_shape
@click.argument("cmd", nargs=-1, required=True, type=click.UNPROCESSED)
def run(brokers: int, kafka_version: str, port: int | None, cmd: tuple[str, ...]) -> int:
    """Run CMD against a temporary cluster and return its exit code.

    CMD gets the address in KAFKA_BOOTSTRAP_SERVERS. Variables that name another cluster or its passwords are removed
    from its environment.

    \b
    Examples:
      reconciler sandbox run -- reconciler plan -e dev
      reconciler sandbox run --brokers 3 -- bash
    """
    from reconciler.sandbox import start  # noqa: PLC0415 - not needed for --help

    with start(brokers=brokers, kafka_version=kafka_version, port=port, progress=_say) as sandbox:
        _say(f"Apache Kafka {sandbox.kafka_version} at {sandbox.bootstrap_servers}")
        return _run_with(cmd, sandbox.bootstrap_servers)


@command.command("start")
@_cluster_shape
def start_background(brokers: int, kafka_version: str, port: int | None) -> None:
    """Start a cluster that runs until `sandbox stop`.

    \b
    Examples:
      reconciler sandbox start
      export $(reconciler sandbox start --port 9092)
    """
    from reconciler.sandbox.background import launch, running  # noqa: PLC0415 - not needed for --help

    there = running()
    if there is not None:
        _say(f"Apache Kafka {there.kafka_version} is already running; to stop it: reconciler sandbox stop")
    else:
        there = launch(brokers=brokers, kafka_version=kafka_version, port=port, progress=_say)
    put(f"KAFKA_BOOTSTRAP_SERVERS={there.bootstrap_servers}\n")


@command.command("stop")
@verbose_option
def stop_background() -> None:
    """Stop the cluster that `sandbox start` started.

    \b
    Examples:
      reconciler sandbox stop
    """
    from reconciler.sandbox.background import running, stop  # noqa: PLC0415 - not needed for --help

    there = running()
    if there is None:
        _say("no sandbox is running")
    else:
        stop(there)


def _run_with(cmd: tuple[str, ...], bootstrap_servers: str) -> int:
    """Run ``cmd`` to its end; its exit code, or 128 plus the number of the signal that ended it."""
    from reconciler.sandbox.environment import environment_for  # noqa: PLC0415 - not needed for --help

    # Ctrl-C reaches the child from the terminal, maybe the moment it runs. Unlike SIG_IGN, a handler is not passed on.
    with _handled(signal.SIGINT, by=lambda _number, _frame: None):
        try:
            child = subprocess.Popen(cmd, env=environment_for(bootstrap_servers, os.environ))  # noqa: S603 - the user's own command
        except OSError as error:
            return _not_run(cmd[0], error)
        # What only we get is passed on.
        with _handled(signal.SIGTERM, signal.SIGHUP, by=lambda number, _frame: child.send_signal(number)):
            code = child.wait()
    return code if code >= 0 else SIGNALLED - code


def _not_run(program: str, error: OSError) -> int:
    """Print why ``program`` cannot be run; the exit code that a shell would return."""
    # PATH may contain a folder that we may not read: that says nothing about the program.
    is_there = os.path.exists(program) if os.sep in program else shutil.which(program, os.F_OK) is not None  # noqa: PTH110 - a Path raises where it may not look
    if not is_there:
        _say(f"error: {unmistakable(program)}: command not found")
        return NOT_FOUND
    reason = (
        "the interpreter named on its first line does not exist"
        if isinstance(error, FileNotFoundError)
        else error.strerror
    )
    _say(f"error: {unmistakable(program)}: {reason}")
    return NOT_EXECUTABLE


@contextmanager
def _handled(*numbers: signal.Signals, by: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let ``by`` handle these signals within the block."""
    before = [(number, signal.signal(number, by)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _say(line: str) -> None:
    say(escaped(line))
