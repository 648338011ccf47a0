"""Standard output, for the requested document, and standard error, for messages.

A message must never stop a write or a report: one that standard error does not take is dropped.
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
    """Open closed standard streams, and let them accept every character."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "", *, nl: bool = True) -> None:
    """Print the message ``text`` to standard error; a failed write is ignored."""
    with suppress(OSError, ValueError):  # full, closed, or its reader is gone
        click.echo(text, file=sys.stderr, nl=nl)


def put(text: str) -> None:
    """Write the document, or a part of it, to standard output. Raises OutputNotWritten."""
    try:
        click.echo(text, file=sys.stdout, nl=False)
    except OSError as error:
        raise not_written(error) from error
    except ValueError as error:  # closed within this process
        raise OutputNotWritten.because("output-not-written", f"cannot write to standard output: {error}") from error


def put_json(text: str) -> None:
    """Likewise for JSON, in ASCII where standard output is not UTF-8. Raises OutputNotWritten."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    put(text if codecs.lookup(encoding).name == "utf-8" else ascii_json(text))


def not_written(error: OSError) -> OutputNotWritten:
    """The error for a failed write to standard output; marked where only the reader is gone (``| head``)."""
    problem = OutputNotWritten.because(
        "output-not-written", f"cannot write to standard output: {error.strerror or error}"
    )
    problem.reader_left = isinstance(error, BrokenPipeError)
    return problem


def _open_what_is_closed() -> None:
    """Replace standard streams that are closed (``>&-``) by /dev/null.

    Otherwise the next file to be opened gets the number, and what is written there, such as librdkafka's lines.
    Standard output is opened for reading, so that every write to it fails.
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
