"""What librdkafka logs, among our own log lines."""

from __future__ import annotations

import logging
from collections.abc import Callable


class PassedOn(logging.Handler):
    """Passes librdkafka's lines on to ``log`` at debug, whatever their level: what matters of them is said by us.

    ``clean`` takes secrets out of a line.
    """

    def __init__(self, log: logging.Logger, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._log = log
        self._clean = clean

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        if self._log.isEnabledFor(logging.DEBUG):
            self._log.debug("%s", self._clean(record.getMessage()))
