"""One diagnostic for one cause: a wrong value in ``defaults`` is reported once, not for every topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic

_MAX_NAMED = 3


def grouped(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """``problems``, with the same problem of several topics at the same place as one that names the topics."""
    groups: dict[Diagnostic, list[str]] = {}
    for problem in problems:
        topics = groups.setdefault(replace(problem, topic=None), [])
        if problem.topic is not None and problem.topic not in topics[-1:]:
            topics.append(problem.topic)
    return [_of(problem, topics) for problem, topics in groups.items()]


def _of(problem: Diagnostic, topics: Sequence[str]) -> Diagnostic:
    match topics:
        case []:
            return problem
        case [topic]:
            return replace(problem, topic=topic)
        case _:
            return replace(problem, message=f"{problem.message} ({len(topics)} topics: {_listed(topics)})")


def _listed(topics: Sequence[str]) -> str:
    if len(topics) <= _MAX_NAMED:
        return ", ".join(topics)
    return f"{', '.join(topics[:_MAX_NAMED])} and {len(topics) - _MAX_NAMED:,} more"
