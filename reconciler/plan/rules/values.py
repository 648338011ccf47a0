"""Questions about the values of a change. A value that is not known could be any, so the careful answer counts."""

from __future__ import annotations

import math
from collections.abc import Callable

from reconciler.plan.rules.change import Change

Condition = Callable[[Change], bool]

_UNLIMITED_BELOW_0 = frozenset({"retention.bytes", "retention.ms"})
_LONGEST = 2**63 - 1
"""How Kafka writes "never" and "without limit" where -1 has no meaning."""


def always(_change: Change) -> bool:
    """Any change of the field."""
    return True


def may_be_lowered(change: Change) -> bool:
    """Whether the number is lowered; also where one of the values is not known."""
    before, after = _numbers(change)
    return before is None or after is None or after < before


def may_be_raised(change: Change) -> bool:
    """Whether the number is raised; also where one of the values is not known."""
    before, after = _numbers(change)
    return before is None or after is None or after > before


def is_lowered(change: Change) -> bool:
    """Whether the number is lowered for certain."""
    before, after = _numbers(change)
    return before is not None and after is not None and after < before


def is_raised(change: Change) -> bool:
    """Whether the number is raised for certain."""
    before, after = _numbers(change)
    return before is not None and after is not None and after > before


def becomes(word: str) -> Condition:
    """Whether the value becomes ``word``, for certain."""
    return lambda change: _word(change.after) == word and _word(change.before) != word


def may_become(word: str) -> Condition:
    """Whether the value becomes ``word``; also where it may be what a broker gives."""
    return lambda change: _word(change.after) in {word, None} and _word(change.before) != word


def is_no_longer(word: str) -> Condition:
    """Whether the value was ``word``, for certain, and does not stay so for certain."""
    return lambda change: _word(change.before) == word and _word(change.after) != word


def may_no_longer_be(word: str) -> Condition:
    """Whether the value may have been ``word``, and does not stay so for certain."""
    return lambda change: _word(change.before) in {word, None} and _word(change.after) != word


def both(*conditions: Condition) -> Condition:
    """Whether all of ``conditions`` are true."""
    return lambda change: all(condition(change) for condition in conditions)


def may_have(key: str, word: str) -> Condition:
    """Whether another config ``key`` may have ``word`` in its list."""
    return lambda change: any(value is None or word in items(value) for value in change.values(key))


def has(key: str, word: str) -> Condition:
    """Whether another config ``key`` has ``word`` in its list now or later, as far as it is known."""
    return lambda change: any(value is not None and word in items(value) for value in change.values(key))


def is_unlimited(key: str) -> Condition:
    """Whether another config ``key`` sets no limit, for certain."""
    return lambda change: all(amount(key, value) == math.inf for value in change.values(key))


def items(value: int | str) -> frozenset[str]:
    """The items of a list; none of an empty one."""
    return frozenset(item.strip() for item in str(value).split(",")) - {""}


def amount(key: str | None, value: int | str | None) -> float | None:
    """The number that ``value`` of the config ``key`` means, infinite where it is unlimited; ``None`` if not known."""
    try:
        number = int(value) if value is not None else None
    except ValueError:
        return None
    if number is not None and (number >= _LONGEST or (number < 0 and key in _UNLIMITED_BELOW_0)):
        return math.inf
    return number


def _numbers(change: Change) -> tuple[float | None, float | None]:
    return amount(change.key, change.before), amount(change.key, change.after)


def _word(value: int | str | None) -> str | None:
    return None if value is None else str(value).strip().lower()
