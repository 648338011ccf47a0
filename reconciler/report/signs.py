"""The signs before topics and settings in a plan, and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from reconciler.model import Action
from reconciler.report.document import Change, Topic
from reconciler.report.layout import NO_BREAK, TextStyle, coloured, wrapped


class Sign(Enum):
    """A sign and its meaning, in the order of the legend."""

    CREATE = ("+", "create")
    CHANGE = ("~", "change")
    DELETE = ("-", "delete")
    RESET = ("-", "reset to broker default")
    RISKY = ("*", "risky, with consent")
    REFUSED = ("!", "refused")
    UNREADABLE = ("?", "unreadable")
    NONE = (" ", "")

    @property
    def mark(self) -> str:
        """The character itself."""
        return self.value[0]


class Extent(Enum):
    """How much of a topic is refused."""

    NONE = 0
    PART = 1
    WHOLE = 2


def extent(topic: Topic) -> Extent:
    """How much of ``topic`` is refused by its plan, also after an apply."""
    if topic.action == "create":
        # What was seen to be stale only when it was written was planned.
        is_stale = topic.status == "stale" and topic.verification is None
        return Extent.WHOLE if topic.status == "refused" or is_stale else Extent.NONE
    refused = [is_refused(change) for change in topic.changes]
    if not any(refused):
        return Extent.NONE
    return Extent.WHOLE if all(refused) else Extent.PART


def is_refused(change: Change) -> bool:
    """Whether the plan refuses ``change``, also after an apply."""
    lacks_consent = change.consent is not None and change.consent.given_by is None
    return change.refusal is not None or lacks_consent


def is_consented(change: Change) -> bool:
    """Whether the plan makes ``change`` although it is risky, because somebody consents to it."""
    return change.consent is not None and not is_refused(change)


def sign_of(topic: Topic) -> Sign:
    """The sign before the name of ``topic``."""
    return Sign.REFUSED if extent(topic) is Extent.WHOLE else _sign(topic.action)


def sign_of_change(change: Change) -> Sign:
    """The sign before a changed setting."""
    if is_refused(change):
        return Sign.REFUSED
    if is_consented(change):
        return Sign.RISKY
    return Sign.RESET if change.after is None else Sign.CHANGE


def legend(signs: Iterable[Sign], layout: TextStyle) -> Iterator[str]:
    """The meaning of those of ``signs`` that have one, in their usual order; nothing where none has."""
    present = set(signs) - {Sign.NONE}
    listed = {sign: f"{sign.mark}{NO_BREAK}{sign.value[1].replace(' ', NO_BREAK)}" for sign in Sign if sign in present}
    if not listed:
        return
    for line in wrapped(f"Signs: {'  '.join(listed.values())}", layout, indent=7):
        for sign, words in listed.items():
            line = line.replace(words, words.replace(sign.mark, coloured(sign.mark), 1))  # noqa: PLW2901 - sign by sign
        yield line.replace(NO_BREAK, " ")


def _sign(action: Action) -> Sign:
    match action:
        case Action.CREATE:
            return Sign.CREATE
        case Action.DRIFT:
            return Sign.CHANGE
        case Action.DELETE:
            return Sign.DELETE
        case Action.SKIP:
            return Sign.NONE
        case Action.UNREADABLE:
            return Sign.UNREADABLE
