"""A question to whoever sits at the terminal."""

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
    """Whether the answer to ``question`` is yes; asked again until it is yes or no. The end of input is a no.

    Asked on standard error, standard output may go elsewhere. Raises Interrupted.
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
            click.echo(f"cannot take {quoted(answer.strip())} for an answer; type y or n", err=True)
    except Interrupted:
        say()  # as at the end of input
        raise
    except OSError:  # the terminal is gone
        return False
    finally:
        os.close(terminal)


def _terminal() -> int:
    """The terminal of standard input, opened anew so that reading it never waits, and others can wait as before.

    Ctrl-C takes back what was typed: a read that was to find it would wait for ever, and for no signal.
    """
    try:
        return os.open(os.ttyname(sys.stdin.fileno()), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:  # it has no name here, as in some containers
        return os.dup(sys.stdin.fileno())


def _line(terminal: int, signals: Signals) -> str | None:
    """A line of standard input, ``None`` at its end. A signal is acted upon even with half a line typed."""
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
