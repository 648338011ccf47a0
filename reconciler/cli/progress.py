"""Progress of a slow step on standard error, from its second second on."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time

import click

from reconciler.cli.streams import say
from reconciler.printable import escaped

log = logging.getLogger(__name__)

_A_MOMENT = 1.0
_BETWEEN_REDRAWS = 0.1
_LONGEST_SILENCE = 30.0
_ERASE_LINE = "\r\x1b[K"


def _erasing() -> str:
    """What erases a line: spaces where escape sequences are not wanted, which click removes."""
    context = click.get_current_context(silent=True)
    if context is None or context.color is not False:
        return _ERASE_LINE
    return f"\r{' ' * (shutil.get_terminal_size().columns - 1)}\r"


class Progress:
    """Call it with the current state of the step, as often as that changes; only some calls are shown.

    A terminal gets one line that is redrawn; any other stream gets whole lines with growing pauses, so that the log
    of a long run stays short. ``as_log`` turns them into log lines.
    """

    def __init__(self, *, quiet: bool, as_log: bool = False) -> None:
        self._quiet = quiet
        self._as_log = as_log
        self._on_terminal = not as_log and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._is_drawn = False
        self._said = ""
        self._due = time.monotonic() + _A_MOMENT
        self._pause = 2 * _A_MOMENT

    def __call__(self, line: str) -> None:
        line = escaped(line)
        now = time.monotonic()
        if self._quiet or now < self._due or line == self._said:
            return
        self._said = line
        if self._on_terminal:
            width = shutil.get_terminal_size().columns
            say(f"{_erasing()}{line[: width - 1]}", nl=False)
            self._is_drawn = True
            self._due = now + _BETWEEN_REDRAWS
        else:
            if self._as_log:
                log.info("%s", line)
            else:
                say(line)
            self._due = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_SILENCE)

    def erase(self) -> None:
        """Remove the line from the terminal before other output."""
        if self._is_drawn:
            say(_erasing(), nl=False)
            self._is_drawn = False

    def end(self) -> None:
        """End the step: remove its line; the next step is shown only after a second of its own."""
        self.erase()
        self._said = ""
        self._due = time.monotonic() + _A_MOMENT
        self._pause = 2 * _A_MOMENT
