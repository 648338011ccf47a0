"""Log lines on standard error: per topic at info, per attempt and from librdkafka at debug."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from reconciler.cli.streams import say
from reconciler.printable import escaped, escaped_json

LogFormat = Literal["text", "json"]

ROOT = "reconciler"
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def start_logging(form: LogFormat, *, verbosity: int, quiet: bool, before_line: Callable[[], None]) -> None:
    """Send the package's log lines to standard error; ``before_line`` is called before each.

    Text is for people, who also get the report: it starts at warnings, ``-v`` adds info and ``-vv`` debug.
    JSON is for log collectors: it starts at info.
    """
    first = 0 if form == "text" else 1
    root = logging.getLogger(ROOT)
    root.setLevel(logging.ERROR if quiet else _LEVELS[min(first + verbosity, len(_LEVELS) - 1)])
    root.propagate = False
    root.handlers = [_Stderr(before_line)]
    root.handlers[0].setFormatter(_json() if form == "json" else logging.Formatter(_TEXT, style="{"))


_TEXT = "{asctime} {levelname:7} {message}"


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - 15 ms that text need not pay

    return JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )


class _Stderr(logging.Handler):
    """Writes lines to standard error; one that is full or closed does not stop the run."""

    def __init__(self, before_line: Callable[[], None]) -> None:
        super().__init__()
        self._before_line = before_line

    def emit(self, record: logging.LogRecord) -> None:
        self._before_line()
        line = self.format(record)
        say(escaped_json(line) if line.startswith("{") else escaped(line))
