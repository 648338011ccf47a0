"""What only the second client can ask, and could not."""

from __future__ import annotations


class NotAsked(Exception):
    """The second client cannot be used, or gets no answer; the message says why and what to do."""
