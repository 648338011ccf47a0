"""Raw values of milliseconds and bytes with a readable unit beside them."""

from __future__ import annotations

import re

from reconciler.configs.canonical import InvalidValue
from reconciler.configs.spelling import expand

_DURATIONS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
_SIZES = (("TiB", 1024**4), ("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024), ("B", 1))
_DECIMAL_SIZES = (("TB", 1000**4), ("GB", 1000**3), ("MB", 1000**2), ("kB", 1000))
_LARGEST = 2**63 - 1
_UNLIMITED = "-1"
_LONG = re.compile(r"-?[0-9]{1,19}")
"""What can be a 64-bit number; a report may have been written by anybody."""
_MAX_PARTS = 2


def with_units(key: str, value: str) -> str:
    """``604800000 (7d)`` for a key that ends in ``.ms``, ``1048576 (1MiB)`` for ``.bytes``, else the value alone."""
    human = _human(key, value)
    return f"{value} ({human})" if human else value


def exact(key: str, value: str) -> str | None:
    """``7d``, ``1MiB``: what a manifest may have instead of ``value``; ``None`` where that would be rounded."""
    human = _human(key, value)
    try:
        return human if human is not None and expand(key, human) == value else None
    except InvalidValue:
        return None


def readable_age(seconds: float) -> str:
    """``61d8h``, ``5h12m``, ``3m20s``: the largest unit and the next, rounded down."""
    whole = max(int(seconds), 0) * 1000
    place = next((place for place, (_, size) in enumerate(_DURATIONS) if whole >= size), -2)
    _, smallest = _DURATIONS[min(place + 1, len(_DURATIONS) - 2)]
    return _duration(whole // smallest * smallest) or "0s"


def readable_size(number: int) -> str:
    """``512B``, ``1MiB``, ``about 2.3GiB``."""
    return _size(number) if number >= _SIZES[-2][1] else f"{number}B"


def _human(key: str, value: str) -> str | None:
    if not key.endswith((".ms", ".bytes")) or not _LONG.fullmatch(value):
        return None
    if value == _UNLIMITED and "retention" in key:
        return "unlimited"
    number = int(value)
    if number == _LARGEST:
        return "unlimited"
    if key.endswith(".ms"):
        return _duration(number) if number >= _DURATIONS[-2][1] else None
    return _size(number) if number >= _SIZES[-2][1] else None


def _duration(number: int) -> str:
    """Exact where two units are enough (``1d12h``), else one decimal of the largest (``about 2.3d``)."""
    parts = []
    rest = number
    for unit, size in _DURATIONS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if len(parts) <= _MAX_PARTS:
        return "".join(parts)
    unit, size = next(each for each in _DURATIONS if number >= each[1])
    return f"about {number / size:.1f}{unit}"


def _size(number: int) -> str:
    """Exact in a binary or else a decimal unit, where there is one; else rounded in the largest binary unit."""
    unit, size = next(each for each in _SIZES if number >= each[1])
    if number % size == 0:
        return f"{number // size}{unit}"
    for decimal, power in _DECIMAL_SIZES:
        if number >= power and number % power == 0:
            return f"{number // power}{decimal}"
    return f"about {number / size:.1f}{unit}"
