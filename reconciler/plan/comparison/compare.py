"""What two sides have in common, and what not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from reconciler.configs import same_value
from reconciler.model import ALWAYS_IGNORED
from reconciler.plan.comparison.side import CONFIG, Fields, Given, Kind, Side, Value
from reconciler.plan.diff import COUNTS


class Reason(StrEnum):
    """Why something is not compared."""

    UNREADABLE = "unreadable"
    """A cluster does not show the topic."""
    BROKER_DECIDES = "broker-decides"
    """One manifest leaves a count to the broker, so any is right."""
    HIDDEN = "hidden"
    """A cluster does not show the value."""
    BROKERS_DIFFER = "brokers-differ"
    """The brokers of a cluster have different defaults."""
    NOT_IN_REPORT = "not-in-report"
    """The report does not tell the value."""


class Different(NamedTuple):
    """A field that is not the same; ``None`` on a side that sets nothing and knows no default."""

    topic: str
    field: str
    a: Value | None
    b: Value | None


class NotCompared(NamedTuple):
    """A field, or with ``None`` a whole topic, that cannot be compared."""

    topic: str
    field: str | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sides; everything is sorted by topic."""

    a: Side
    b: Side
    only_in_a: Sequence[str]
    only_in_b: Sequence[str]
    different: Sequence[Different]
    not_compared: Sequence[NotCompared]
    beyond_report: int = 0
    """How many topics one side has of which a report on the other side does not tell whether they are there."""

    @property
    def in_both(self) -> int:
        """How many topics both sides have."""
        return len(self.a.topics.keys() & self.b.topics.keys())

    @property
    def unreadable(self) -> int:
        """How many topics a cluster does not show."""
        return sum(each.reason is Reason.UNREADABLE for each in self.not_compared)

    @property
    def has_differences(self) -> bool:
        """Whether any difference was found."""
        return bool(self.only_in_a or self.only_in_b or self.different)

    @property
    def are_equal(self) -> bool:
        """Whether no difference was found, and every topic was read."""
        return not self.has_differences and not self.unreadable


def compare(a: Side, b: Side) -> Comparison:
    """Compare by meaning: not by spelling, and a value that all brokers give counts like one that is set."""
    unreadable = a.unreadable | b.unreadable
    with_rest = a.kind is b.kind is Kind.MANIFEST
    found = [
        each
        for name in sorted(a.topics.keys() & b.topics.keys())
        for each in _fields(name, a.topics[name], b.topics[name], with_rest=with_rest)
    ]
    hidden = [NotCompared(name, None, Reason.UNREADABLE) for name in sorted(unreadable)]
    return Comparison(
        a=a,
        b=b,
        only_in_a=_only_in(a, b),
        only_in_b=_only_in(b, a),
        different=[each for each in found if isinstance(each, Different)],
        not_compared=[*hidden, *(each for each in found if isinstance(each, NotCompared))],
        beyond_report=_beyond(a, b) + _beyond(b, a),
    )


def _only_in(one: Side, other: Side) -> Sequence[str]:
    names = one.topics.keys() - other.topics.keys() - other.unreadable
    return sorted(name for name in names if other.covered is None or name in other.covered)


def _beyond(one: Side, other: Side) -> int:
    return 0 if other.covered is None else len(one.topics.keys() - other.topics.keys() - other.covered)


def _fields(topic: str, a: Fields, b: Fields, *, with_rest: bool) -> Iterator[Different | NotCompared]:
    """What is different or cannot be compared; with what only a manifest has, such as owners, ``with_rest``."""
    for field in sorted(a.keys() | b.keys(), key=lambda each: (each not in COUNTS, each)):
        x, y, key = a.get(field), b.get(field), field.removeprefix(CONFIG)
        is_of_both = field in COUNTS or key != field
        if (x == y and x is not None and x.given in _COMPARABLE) or not (is_of_both or with_rest):
            continue
        if fnmatchcase(key, ALWAYS_IGNORED):
            continue
        reason = _reason(x, y)
        if reason is not None:
            yield NotCompared(topic, field, reason)
        elif key == field or _is_different(key, x, y):
            yield Different(topic, field, x, y)


_COMPARABLE = frozenset({Given.SET, Given.INHERITED, Given.BROKER_DECIDES})
_REASONS = {
    Given.UNKNOWN: Reason.NOT_IN_REPORT,
    Given.BROKER_DECIDES: Reason.BROKER_DECIDES,
    Given.HIDDEN: Reason.HIDDEN,
    Given.DISPUTED: Reason.BROKERS_DIFFER,
}


def _reason(x: Value | None, y: Value | None) -> Reason | None:
    """Why the two cannot be compared; a value against nothing at all can, and so can two defaults that differ."""
    given = {each.given for each in (x, y) if each is not None}
    if Given.UNKNOWN in given:
        return Reason.NOT_IN_REPORT
    if x is None or y is None or given <= {Given.SET, Given.INHERITED}:
        return None
    if given == {Given.HIDDEN, Given.INHERITED}:
        return None
    return next(_REASONS[each] for each in _REASONS if each in given)


def _is_different(key: str, x: Value | None, y: Value | None) -> bool:
    """Whether two values of a config key, of which at most one is ``None``, mean different things."""
    if x is None or y is None:
        (there,) = (each for each in (x, y) if each is not None)
        return there.given in {Given.SET, Given.HIDDEN}
    if Given.HIDDEN in {x.given, y.given}:
        return True  # set on one side, and inherited on the other
    return not same_value(key, str(x.content), str(y.content))
