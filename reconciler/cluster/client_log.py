"""What librdkafka logs, among our own log lines."""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger("reconciler.librdkafka")


class PassedOn(logging.Handler):
    """Passes librdkafka's lines on at debug, whatever level it gave them: what matters of them is said by us.

    ``clean`` takes secrets out of a line.
    """

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s", self._clean(record.getMessage()))
