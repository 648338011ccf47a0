"""Environment variables that look like one of ours, and are ignored."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from reconciler.errors import Diagnostic, Severity, Variable

OURS, KAFKAS = "RECONCILER_", "KAFKA_"
_CLOSE = 0.9
_SHORTEST_BEGINNING = len(OURS) + 3


def meant(name: str, known: Collection[str]) -> str | None:
    """The one of the ``known`` variables that ``name`` probably stands for; ``None`` where there is none."""
    # RECONCILER_BOOTSTRAP_SERVERS is as good a guess as any.
    aliases = {OURS + each.removeprefix(KAFKAS): each for each in known if each.startswith(KAFKAS)}
    spellings = aliases | {each: each for each in known}
    close = get_close_matches(name, spellings, n=1, cutoff=_CLOSE)
    if close:
        return spellings[close[0]]
    if name.startswith(OURS) and len(name) >= _SHORTEST_BEGINNING:
        return next((each for each in sorted(known) if each.startswith(name)), None)
    return None


def no_effect(name: str, known: str) -> Diagnostic:
    """The warning about the variable ``name``, which probably stands for the variable ``known``."""
    return Diagnostic(
        severity=Severity.WARNING,
        code="unknown-variable",
        message=f"the environment variable {name} has no effect",
        hint=f"did you mean {known}?",
        origin=Variable(name),
    )
