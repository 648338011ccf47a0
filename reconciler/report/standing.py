"""Which topics of a plan need a person, and the order in which topics and changes are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import IntEnum

from reconciler.model import Action, ChangeSource, RefusalKind
from reconciler.report.document import Change, Refusal, Topic
from reconciler.report.layout import count
from reconciler.report.signs import Extent, extent, is_consented, is_refused

_OBSTACLES = (
    RefusalKind.IMPOSSIBLE,
    RefusalKind.BROKER,
    RefusalKind.CLIENT,
    RefusalKind.NEEDS_CONSENT,
    RefusalKind.PROTECTED,
    RefusalKind.POLICY,
    RefusalKind.STALE,
    RefusalKind.LIMIT,
    RefusalKind.CREATION_OFF,
    RefusalKind.CREATING_ONLY,
)
"""Those that are about one topic come before those that are about the run."""


class Standing(IntEnum):
    """How much of a person's attention a topic needs, most first."""

    NEEDS_ATTENTION = 0
    """Something is refused, or the topic could not be read."""
    RISKY = 1
    """There is consent to everything risky."""
    CHANGED = 2
    NEW = 3
    UNCHANGED = 4


def standing(topic: Topic) -> Standing:
    """The standing of ``topic`` in its plan, also after an apply."""
    if extent(topic) is not Extent.NONE or topic.action is Action.UNREADABLE:
        return Standing.NEEDS_ATTENTION
    if any(map(is_consented, topic.changes)):
        return Standing.RISKY
    match topic.action:
        case Action.CREATE:
            return Standing.NEW
        case Action.SKIP:
            return Standing.UNCHANGED
        case Action.DRIFT | Action.DELETE:
            return Standing.CHANGED


def refusals(topic: Topic) -> Sequence[Refusal]:
    """What a plan refuses of ``topic``: changes, or the topic as a whole."""
    whole = [topic.refusal] if topic.refusal is not None and extent(topic) is not Extent.NONE else []
    return [*whole, *(change.refusal for change in topic.changes if change.refusal is not None)]


def is_stale(topic: Topic) -> bool:
    """Whether ``topic`` was no longer as it was reviewed when it was planned; later, its plan is not to blame."""
    if topic.action is Action.CREATE:
        found = [topic.refusal] if extent(topic) is not Extent.NONE else []
    else:
        found = [change.refusal for change in topic.changes]
    return any(refusal is not None and refusal.kind is RefusalKind.STALE for refusal in found)


def by_attention(topics: Iterable[Topic]) -> list[Topic]:
    """``topics`` with those first that need a person, by what stops them; then by name."""
    return sorted(topics, key=lambda topic: (standing(topic), _obstacle(topic), topic.name))


def changes_by_attention(topic: Topic) -> list[Change]:
    """The changes of ``topic``: this branch's first, then the refused ones, the risky ones, else in their order."""
    return sorted(
        topic.changes, key=lambda change: (_by_source(change), not is_refused(change), not is_consented(change))
    )


def _by_source(change: Change) -> int:
    return 0 if change.source is None else list(ChangeSource).index(change.source)


def headline(topics: Iterable[Topic]) -> str | None:
    """``2 topics need attention, 1 is risky with consent, 41 are routine.``; ``None`` where all are routine."""
    number = Counter(map(standing, topics))
    counts = {
        "need attention": number[Standing.NEEDS_ATTENTION],
        "are risky with consent": number[Standing.RISKY],
        "are routine": number[Standing.CHANGED] + number[Standing.NEW],
    }
    if not any(number[each] for each in (Standing.NEEDS_ATTENTION, Standing.RISKY)):
        return None
    parts: list[str] = []
    for what, some in counts.items():
        if some:
            subject = f"{some:,}" if parts else count(some, "topic")
            parts.append(f"{subject} {_singular(what) if some == 1 else what}")
    return f"{', '.join(parts)}."


def _singular(verb: str) -> str:
    return verb.replace("need ", "needs ").replace("are ", "is ")


def _obstacle(topic: Topic) -> int:
    """The place of what stops ``topic`` in the order; last where it could not be read."""
    return min((_OBSTACLES.index(refusal.kind) for refusal in refusals(topic)), default=len(_OBSTACLES))
