"""One spelling for every configuration value: the one that the broker shows when it describes a topic.

Apache Kafka keeps the text it was sent but describes the value it read from it: ``" +060 "`` becomes
``60``, ``TRUE`` becomes ``true``, ``compact, delete`` becomes ``compact,delete`` (``ConfigDef.parseType``,
``ConfigDef.convertToString``). Comparing texts would plan such a value again for ever.
"""

from __future__ import annotations

import math
import re

from reconciler.configs.table import TOPIC_CONFIGS, TopicConfig, ValueType

_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,20})")  # longer than any 64-bit number is no number here
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BOUNDS = {ValueType.INT: 2**31 - 1, ValueType.LONG: 2**63 - 1}


class InvalidValue(ValueError):
    """A value that no broker takes for its key; the text says what it would take."""


def canonical(key: str, text: str) -> str:
    """The broker's spelling of ``text`` as a value of ``key``; unknown keys are taken as they are.

    Raises InvalidValue where Apache Kafka would refuse the text.
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
    """Whether two texts mean the same to the broker; a text it would not take only equals itself."""
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
        raise InvalidValue(f"must be {_number_words(config)}")
    number = int("".join(match.groups()))
    bound = _BOUNDS[config.type]
    if not -bound - 1 <= number <= bound or _outside(config, number):
        raise InvalidValue(f"must be {_number_words(config)}")
    return str(number)


def _double(config: TopicConfig, text: str) -> str:
    if not _DECIMAL.fullmatch(text.strip()):
        raise InvalidValue(f"must be a number{_range_words(config)}")
    number = float(text)
    if not math.isfinite(number) or _outside(config, number):
        raise InvalidValue(f"must be a number{_range_words(config)}")
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


def _number_words(config: TopicConfig) -> str:
    if config.key.endswith(".ms"):
        return f"a duration such as 7d, 12h or 4h5m, or a number of milliseconds{_range_words(config)}"
    if config.key.endswith(".bytes"):
        return f"a size such as 512KiB, 5MiB or 15MB, or a number of bytes{_range_words(config)}"
    return f"a whole number{_range_words(config)}"


def _range_words(config: TopicConfig) -> str:
    highest = config.maximum if config.maximum is not None else _BOUNDS.get(config.type)
    if config.lowest is None:
        return f" of at most {highest}"
    exception = f" and not {config.excluded}" if config.excluded is not None else ""
    return f" from {config.lowest} to {highest}{exception}"
