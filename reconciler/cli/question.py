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
    try:
        while True:
            click.echo(f"{question} [y/N]: ", err=True, nl=False)
            answer = _line(signals)
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


def _line(signals: Signals) -> str | None:
    """A line of standard input, ``None`` at its end. A signal is acted upon even with half a line typed."""
    typed = b""
    while not typed.endswith(b"\n"):
        signals.wait_for_input(sys.stdin)
        more = os.read(sys.stdin.fileno(), 1024)
        if not more:
            return None
        typed += more
    return typed.decode(errors="replace")
