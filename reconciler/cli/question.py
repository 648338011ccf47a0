"""Ask for confirmation on the terminal."""

from __future__ import annotations

import os
import sys

import click

from reconciler.cli.signals import Signals
from reconciler.cli.streams import say
from reconciler.errors import Interrupted
from reconciler.printable import quoted

_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


def agreed(question: str, signals: Signals) -> bool:
    """Whether the answer to ``question`` is yes; asks again until the answer is yes or no. End of input is a no.

    Asks on standard error, because standard output may be a file. Raises Interrupted.
    """
    terminal = _terminal()
    try:
        while True:
            click.echo(f"{question} [y/N]: ", err=True, nl=False)
            answer = _line(terminal, signals)
            if answer is None:
                click.echo(err=True)  # the cursor is still behind the question
                return False
            word = answer.strip().lower()
            if word in _ANSWERS:
                return _ANSWERS[word]
            click.echo(f"{quoted(answer.strip())} is not an answer; type y or n", err=True)
    except Interrupted:
        say()  # as at the end of input
        raise
    except OSError:  # the terminal is gone
        return False
    finally:
        os.close(terminal)


def _terminal() -> int:
    """A descriptor of standard input's terminal of its own, non-blocking without changing that of other processes.

    Ctrl-C discards what was typed: a blocking read would then wait for ever and ignore signals.
    """
    try:
        return os.open(os.ttyname(sys.stdin.fileno()), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:  # it has no name here, as in some containers
        return os.dup(sys.stdin.fileno())


def _line(terminal: int, signals: Signals) -> str | None:
    """A line of standard input, ``None`` at its end. Raises Interrupted, also with half a line typed."""
    typed = b""
    while not typed.endswith(b"\n"):
        signals.wait_for_input(terminal)
        try:
            more = os.read(terminal, 1024)
        except BlockingIOError:
            continue
        if not more:
            return None
        typed += more
    return typed.decode(errors="replace")
