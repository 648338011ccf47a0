"""One spelling for every config value: the one that the broker shows when it describes a topic.

Apache Kafka stores the text that it receives, but describes the parsed value: ``" +060 "`` becomes ``60``,
``TRUE`` becomes ``true``, ``compact, delete`` becomes ``compact,delete`` (``ConfigDef.parseType``,
``ConfigDef.convertToString``). Comparing texts would show such a value as a permanent diff.
"""

from __future__ import annotations

import math
import re

from reconciler.configs.table import TOPIC_CONFIGS, TopicConfig, ValueType

_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,20})")  # more digits than any 64-bit number has
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BOUNDS = {ValueType.INT: 2**31 - 1, ValueType.LONG: 2**63 - 1}


class InvalidValue(ValueError):
    """A value that Apache Kafka would reject; the text is what the key takes, such as ``must be true or false``."""

    def message(self, key: str, shown: str) -> str:
        """The message about the value of ``key``; ``shown`` is the value in quotes."""
        return f"{key} {self}, not {shown}"


class InvalidAmount(InvalidValue):
    """A text that is not a duration or size; the text is what is wrong with it, such as ``is not a duration``."""

    def message(self, key: str, shown: str) -> str:
        """The message about the value of ``key``; ``shown`` is the value in quotes."""
        return f"{key}: {shown} {self}"


def canonical(key: str, text: str) -> str:
    """The broker's spelling of ``text`` as a value of ``key``; values of unknown keys stay as they are.

    Raises InvalidValue if Apache Kafka would reject the text.
    """
    config = TOPIC_CONFIGS.get(key)
    if config is None:
        return text
    match config.type:
        case ValueType.BOOLEAN:
            return _boolean(text)
        case ValueType.INT | ValueType.LONG:
            return _integer(config, text)
        case ValueType.DOUBLE:
            return _double(config, text)
        case ValueType.ENUM:
            return _choice(config, text.strip())
        case ValueType.SET:
            return ",".join(dict.fromkeys(_choice(config, item) for item in _items(text)))


def same_value(key: str, one: str | None, other: str | None) -> bool:
    """Whether two texts are the same value to the broker; an invalid text only equals itself."""
    if one == other:
        return True
    if one is None or other is None or key not in TOPIC_CONFIGS:
        return False
    try:
        one, other = canonical(key, one), canonical(key, other)
    except InvalidValue:
        return False
    if TOPIC_CONFIGS[key].type is ValueType.SET:
        return set(one.split(",")) == set(other.split(","))
    return one == other


def _boolean(text: str) -> str:
    word = text.strip().lower()
    if word not in {"true", "false"}:
        raise InvalidValue("must be true or false")
    return word


def _integer(config: TopicConfig, text: str) -> str:
    match = _INTEGER.fullmatch(text.strip())
    if match is None:
        raise _not_a_number(config)
    number = int("".join(match.groups()))
    bound = _BOUNDS[config.type]
    if not -bound - 1 <= number <= bound or _outside(config, number):
        raise InvalidValue(f"must be {_end_words(config, number)}")
    return str(number)


def _double(config: TopicConfig, text: str) -> str:
    number = float(text) if _DECIMAL.fullmatch(text.strip()) else math.nan
    if not math.isfinite(number) or _outside(config, number):
        raise InvalidValue(f"must be a number from {_range_words(config)}")
    return repr(number)


def _choice(config: TopicConfig, text: str) -> str:
    if config.choices and text not in config.choices:
        raise InvalidValue(f"must be {_choice_words(config)}")
    return text


def _items(text: str) -> list[str]:
    return re.split(r"\s*,\s*", text.strip()) if text.strip() else []


def _outside(config: TopicConfig, number: float) -> bool:
    below = config.lowest is not None and number < config.lowest
    above = config.maximum is not None and number > config.maximum
    return below or above or number == config.excluded


def _choice_words(config: TopicConfig) -> str:
    return " or ".join(config.choices) if len(config.choices) == _A_PAIR else f"one of {', '.join(config.choices)}"


_A_PAIR = 2


def _not_a_number(config: TopicConfig) -> InvalidValue:
    if config.key.endswith(".ms"):
        return InvalidAmount("is not a duration; write 7d, 12h, 4h5m, or milliseconds")
    if config.key.endswith(".bytes"):
        return InvalidAmount("is not a size; write 512KiB, 5MiB, 15MB, or bytes")
    return InvalidValue(f"must be a whole number ({_range_words(config)})")


def wanted(config: TopicConfig) -> str:
    """What ``config`` takes, for the end of "must be"."""
    match config.type:
        case ValueType.BOOLEAN:
            return "true or false"
        case ValueType.INT | ValueType.LONG if config.key.endswith(".ms"):
            return f"a duration such as 7d, 12h or 4h5m, or milliseconds, {_range_words(config)}"
        case ValueType.INT | ValueType.LONG if config.key.endswith(".bytes"):
            return f"a size such as 512KiB, 5MiB or 15MB, or bytes, {_range_words(config)}"
        case ValueType.INT | ValueType.LONG:
            return f"a whole number, {_range_words(config)}"
        case ValueType.DOUBLE:
            return f"a number from {_range_words(config)}"
        case ValueType.ENUM | ValueType.SET:
            return _choice_words(config) if config.choices else "a string or a list"


def type_bounds(config: TopicConfig) -> tuple[float, float]:
    """The lowest and the highest number that ``config`` takes."""
    bound = _BOUNDS.get(config.type, math.inf)
    lowest = -bound - 1 if config.lowest is None else config.lowest
    return lowest, bound if config.maximum is None else config.maximum


def _end_words(config: TopicConfig, number: int) -> str:
    """The range of ``config``, or the end of it that ``number`` is beyond where the other end is that of the type."""
    bound = _BOUNDS[config.type]
    if config.maximum is None and number > bound:
        return f"at most {bound} bytes" if config.key.endswith(".bytes") else f"at most {bound}"
    return _range_words(config)


def _range_words(config: TopicConfig) -> str:
    """The numbers that ``config`` takes, such as ``-1 or 1 to 9`` or ``at least 0``."""
    if config.maximum is None:
        return f"at least {-_BOUNDS[config.type] - 1 if config.lowest is None else config.lowest}"
    if config.excluded is None:
        return f"{config.lowest} to {config.maximum}"
    below, above = config.excluded - 1, config.excluded + 1
    lower = f"{below}" if config.lowest == below else f"{config.lowest} to {below}"
    return f"{lower} or {above} to {config.maximum}"
