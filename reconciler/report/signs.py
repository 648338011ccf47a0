"""The signs before topics and settings in a plan, and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from reconciler.model import Action
from reconciler.report.document import Change, Topic
from reconciler.report.layout import TextStyle, coloured, wrapped

_MEANINGS = {
    "+": "create",
    "~": "change",
    "-": "reset to broker default",
    "!": "refused",
    "?": "unreadable",
}
_NO_BREAK = "\N{NO-BREAK SPACE}"


class Extent(Enum):
    """How much of a topic is refused."""

    NONE = 0
    PART = 1
    WHOLE = 2


def extent(topic: Topic) -> Extent:
    """How much of ``topic`` is refused by its plan, also after an apply."""
    if topic.action == "create":
        return Extent.WHOLE if topic.status == "refused" else Extent.NONE
    refused = [is_refused(change) for change in topic.changes]
    if not any(refused):
        return Extent.NONE
    return Extent.WHOLE if all(refused) else Extent.PART


def is_refused(change: Change) -> bool:
    """Whether the plan refuses ``change``, also after an apply."""
    lacks_consent = change.consent is not None and change.consent.given_by is None
    return change.verdict == "impossible" or lacks_consent


def sign_of(topic: Topic) -> str:
    """The sign before the name of ``topic``."""
    return "!" if extent(topic) is Extent.WHOLE else _sign(topic.action)


def sign_of_change(change: Change) -> str:
    """The sign before a changed setting."""
    return "!" if is_refused(change) else "-" if change.after is None else "~"


def legend(signs: Iterable[str], layout: TextStyle) -> Iterator[str]:
    """The meaning of those of ``signs`` that have one, in their usual order; nothing where none has."""
    present = set(signs)
    listed = {
        sign: f"{sign}{_NO_BREAK}{_MEANINGS[sign].replace(' ', _NO_BREAK)}" for sign in _MEANINGS if sign in present
    }
    if not listed:
        return
    for line in wrapped(f"Signs: {'  '.join(listed.values())}", layout, indent=7):
        for sign, words in listed.items():
            line = line.replace(words, words.replace(sign, coloured(sign), 1))  # noqa: PLW2901 - sign by sign
        yield line.replace(_NO_BREAK, " ")


def _sign(action: Action) -> str:
    match action:
        case Action.CREATE:
            return "+"
        case Action.DRIFT:
            return "~"
        case Action.DELETE:
            return "-"
        case Action.SKIP:
            return " "
        case Action.UNREADABLE:
            return "?"
