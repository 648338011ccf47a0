"""Drift that the manifest accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from reconciler.errors import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Drift of topics that match the glob ``topic`` is accepted: of one ``field``, or of every kind.

    ``field`` is a glob of fields, or a class of drift of topics as a whole; ``expires`` is the last day on which the
    waiver counts, in UTC.
    """

    topic: str
    reason: str
    origin: Location
    field: str | None = None
    owner: str | None = None
    expires: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether the waiver has not expired on ``day``."""
        return self.expires is None or day <= self.expires

    def accepts(self, topic: str, what: str) -> bool:
        """Whether the waiver is about ``what``, a field or a class of drift, of ``topic``."""
        return fnmatchcase(topic, self.topic) and (self.field is None or fnmatchcase(what, self.field))
