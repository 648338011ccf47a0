"""Spellings that a manifest allows and Kafka does not.

``7d``, ``4h5m`` on keys that end in ``.ms``; ``5MiB``, ``15MB``, ``1000B`` on keys that end in ``.bytes``;
``3e+9`` for a whole number; ``"[compact, delete]"`` for a list. They are expanded before values are compared or sent.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from reconciler.configs.canonical import InvalidAmount, InvalidValue
from reconciler.configs.table import TOPIC_CONFIGS, ValueType

MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
BYTES = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("kMGT", start=1)},
    "KB": 1000,
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", start=1)},
}
_NUMBER = r"[0-9]{1,19}(?:\.[0-9]{1,9})?"
_EXPONENT = re.compile(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})[eE][+-]?\d{1,3}")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_WHOLE_NUMBERS = (ValueType.INT, ValueType.LONG)
_MAX_DIGITS = 20


def expand(key: str, text: str) -> str:
    """``text`` in Kafka's spelling; text without units or an exponent stays as it is.

    Raises InvalidValue for an amount that is not a whole number of milliseconds or bytes.
    """
    stripped = text.strip()
    units = _units(key)
    if units and _amount(units).fullmatch(stripped):
        return str(_sum(stripped, units))
    config = TOPIC_CONFIGS.get(key)
    if config is not None and config.type is ValueType.SET and _BRACKETS.fullmatch(stripped):
        return ",".join(item.strip(" \"'") for item in stripped[1:-1].split(","))
    if config is not None and config.type in _WHOLE_NUMBERS and _EXPONENT.fullmatch(stripped):
        return _whole(stripped)
    return text


def _units(key: str) -> dict[str, int]:
    if key.endswith(".ms"):
        return MILLISECONDS
    return BYTES if key.endswith(".bytes") else {}


def pattern_of_amounts(key: str) -> str | None:
    """A regular expression of the durations or sizes that ``key`` takes; ``None`` if it takes none."""
    units = _units(key)
    return _amount(units).pattern if units else None


def _amount(units: dict[str, int]) -> re.Pattern[str]:
    return re.compile(rf"(?:{_NUMBER} ?(?:{'|'.join(units)}) ?)+", re.ASCII)


def _sum(text: str, units: dict[str, int]) -> int:
    parts = re.findall(rf"({_NUMBER}) ?({'|'.join(sorted(units, key=len, reverse=True))})", text)
    names = [unit for _, unit in parts]
    if len(set(names)) < len(names):
        raise InvalidAmount("uses a unit twice; write each unit once")
    smallest = next(unit for unit, size in units.items() if size == 1)
    total = sum(Fraction(number) * units[unit] for number, unit in parts)
    if total.denominator != 1:
        raise InvalidAmount(f"is {float(total)} {smallest}, which is not a whole number")
    return int(total)


def _whole(text: str) -> str:
    number = Decimal(text)
    if number.adjusted() > _MAX_DIGITS or number != number.to_integral_value():
        raise InvalidValue("must be a whole number")
    return str(int(number))
