"""What an earlier report knew of a topic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerId:
    """The id that a topic had, and the path of the ``report`` that has it."""

    topic_id: str
    report: str
