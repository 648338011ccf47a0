"""The command ``reconciler``: its subcommands, and how a run turns into an exit code."""

from __future__ import annotations

import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from traceback import extract_tb
from typing import NoReturn

import click

from reconciler.cli import streams
from reconciler.cli.colour import colour
from reconciler.cli.defect import say_defect
from reconciler.cli.other_words import command_hint, in_our_words
from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.cli.version import show_version
from reconciler.errors import Interrupted, OutputNotWritten, ReconcilerError
from reconciler.exit_codes import ERROR, SIGNALLED, USAGE
from reconciler.printable import quoted, unmistakable

# Name of a module of reconciler.cli -> its line in --help. A module is loaded only when its command runs, so that
# --help and completion stay quick.
COMMANDS = {
    "validate": "Check a manifest without a cluster.",
    "plan": "Show what apply would change on the cluster.",
    "apply": "Bring the cluster in sync with the manifest.",
    "drift": "Show what has drifted on the cluster, why, and since when.",
    "explain": "Show every value of a topic, where it comes from, and what the cluster has.",
    "compare": "Show what differs between two environments, manifests, reports or clusters.",
    "render": "Show a report again, as text or JSON.",
    "doctor": "Check the connection to the cluster and the permissions there.",
    "schema": "Print a JSON Schema.",
    "serve": "Audit at an interval, with a status page, health and metrics.",
    "sandbox": "Run a temporary Apache Kafka on this machine.",
    "completion": "Print the completion script of a shell.",
}


_ALLOCATIONS_BETWEEN_COLLECTIONS = 200_000


class LazyGroup(click.Group):
    """A group that loads a subcommand's module when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"reconciler.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """What the command returns; after an internal error, a message and the exit code of an error."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, ReconcilerError):
            raise
        except Exception as error:
            if _is_of_help(error):
                raise
            say_defect(error, ctx)
            return ERROR

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + _closest(args[0]), ctx) from None


def _is_of_help(error: Exception) -> bool:
    """Whether click failed to write its ``--help``; every other failed write has its own message."""
    return isinstance(error, OSError) and extract_tb(error.__traceback__)[-1].filename == click.utils.__file__


def _closest(word: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a typo needs it

    known = command_hint(word)
    if known:
        return known
    matches = get_close_matches(word, COMMANDS, n=1)
    return f" Did you mean {quoted(matches[0])}?" if matches else ""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=show_version,  # not eager: -v may follow
    help="Show the version and exit; with -v also the versions of Python and of the Kafka client, and the platform.",
)
@click.option("-v", "--verbose", is_flag=True, is_eager=True, hidden=True)
def reconciler(*, verbose: bool) -> None:
    """Keep Kafka topics in sync with manifests in Git.

    \b
    Examples:
      reconciler validate                       check topics.yaml
      reconciler plan -e prod                   show what would change in prod
      reconciler apply --yes --report run.json  apply without asking, and write a report
      reconciler sandbox run -- CMD             run CMD against a temporary Kafka
    """
    if verbose:
        raise click.UsageError("-v belongs after the command, or with --version")


def main(arguments: Sequence[str] | None = None, *, signals: Signals | None = None) -> NoReturn:
    """Run the command and exit with its exit code; ``signals`` end the run at its safe points."""
    # A short run that builds much and frees little: collecting at the usual pace takes a third of its time.
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    reconciler.context_settings["color"] = colour("auto", os.environ)
    try:
        code = reconciler.main(args=arguments, prog_name="reconciler", standalone_mode=False, obj=signals or Signals())
    except click.UsageError as error:
        _show(in_our_words(error, sys.argv[1:] if arguments is None else arguments))
        sys.exit(USAGE)
    except click.ClickException as error:
        _show(error)
        sys.exit(ERROR)
    except Interrupted as error:
        say(str(error))
        sys.exit(SIGNALLED + error.signal_number)
    except ReconcilerError as error:
        if not (isinstance(error, OutputNotWritten) and error.reader_left):
            say(str(error))
        sys.exit(ERROR)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(SIGNALLED + signal.SIGINT)
    except BrokenPipeError:
        # The reader of our output is gone (`reconciler plan | head`): no message.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ERROR)
    except Exception as error:  # noqa: BLE001 - whatever it is
        if isinstance(error, OSError) and _is_of_help(error):
            say(str(streams.not_written(error)))
        else:
            say_defect(error, None)
        sys.exit(ERROR)
    sys.exit(code if isinstance(code, int) else 0)


def _show(error: click.ClickException) -> None:
    """Print what is wrong with the command line."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        error.ctx.color = True  # else click drops escape sequences, which are shown escaped
    shown = io.StringIO()
    error.show(shown)
    words = shown.getvalue().expandtabs(4)
    say("\n".join(map(unmistakable, words.split("\n"))), nl=False)


def run(arguments: Sequence[str] | None = None, *, signals: Signals | None = None) -> NoReturn:
    """Run ``main`` as a process, which ends as soon as its output is flushed.

    Destroying its objects, the Kafka client included, would take a tenth of a second.
    """
    # A command makes a million objects, hardly any of them in circles, and ends: looking for circles among them took up
    # to two fifths of its processor time.
    gc.disable()
    _write_through_buffers()
    streams.prepare()
    try:
        main(arguments, signals=signals)
    except SystemExit as ended:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # closed, gone, or never there
                stream.flush()
        os._exit(ended.code if isinstance(ended.code, int) else ERROR)


def _write_through_buffers() -> None:
    """Buffer the streams under ``PYTHONUNBUFFERED``: Python drops the rest of an unbuffered write cut by a signal."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
            whole = io.BufferedWriter(stream.buffer)
            text = io.TextIOWrapper(whole, encoding=stream.encoding, errors=stream.errors, write_through=True)
            setattr(sys, name, text)
