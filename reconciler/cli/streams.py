"""Standard output, which gets the document that was asked for, and standard error, which gets talk.

Talk must never stop a write or a report: what standard error does not take is dropped.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress

import click

from reconciler.errors import OutputNotWritten
from reconciler.printable import ascii_json


def prepare() -> None:
    """Make the standard streams of this process ones that take every character, and that are there."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "", *, nl: bool = True) -> None:
    """Talk: ``text`` on standard error, as far as that takes it."""
    with suppress(OSError, ValueError):  # full, closed, or its reader is gone
        click.echo(text, file=sys.stderr, nl=nl)


def put(text: str) -> None:
    """The document, or a part of it, on standard output. Raises OutputNotWritten."""
    try:
        click.echo(text, file=sys.stdout, nl=False)
    except OSError as error:
        raise not_written(error) from error
    except ValueError as error:  # closed within this process
        raise OutputNotWritten.because("output-not-written", f"standard output cannot be written: {error}") from error


def put_json(text: str) -> None:
    """The same for JSON, which stays JSON whatever the encoding of standard output. Raises OutputNotWritten."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    put(text if codecs.lookup(encoding).name == "utf-8" else ascii_json(text))


def not_written(error: OSError) -> OutputNotWritten:
    """What to say where standard output failed so; of a reader that went away (``| head``), nothing is said."""
    problem = OutputNotWritten.because(
        "output-not-written", f"standard output cannot be written: {error.strerror or error}"
    )
    problem.reader_left = isinstance(error, BrokenPipeError)
    return problem


def _open_what_is_closed() -> None:
    """Put something in the place of standard streams that are closed (``>&-``).

    Else the next file to be opened takes the number, and gets what is written there, librdkafka's lines for instance.
    Standard output becomes one that refuses every write.
    """
    for descriptor, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, flags)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            os.set_inheritable(descriptor, True)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - for good
