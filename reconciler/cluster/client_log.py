"""Log lines of librdkafka in our own log."""

from __future__ import annotations

import logging
from collections.abc import Callable


class PassedOn(logging.Handler):
    """Passes librdkafka's lines on to ``log`` as debug messages: those that matter become messages of our own.

    ``clean`` removes secrets from a line.
    """

    def __init__(self, log: logging.Logger, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._log = log
        self._clean = clean

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        if self._log.isEnabledFor(logging.DEBUG):
            self._log.debug("%s", self._clean(record.getMessage()))
