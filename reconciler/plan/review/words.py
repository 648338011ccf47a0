"""Values in messages about a reviewed plan, which may have been written to fill the screen."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.configs.units import with_units

_LONGEST = 100
_MOST = 5


def value_of(field: str, value: int | str | None) -> str:
    """The value of ``field`` with its unit, shortened; ``not set`` where there is none."""
    return "not set" if value is None else short(with_units(name_of(field), str(value))) or "empty"


def name_of(field: str) -> str:
    """``retention.ms`` of ``config.retention.ms``, ``replication factor`` of ``replication_factor``."""
    return field.removeprefix("config.") if field.startswith("config.") else field.replace("_", " ")


def short(text: str) -> str:
    """``text`` with at most 100 characters."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def some(names: Sequence[str]) -> str:
    """At most five of ``names``, and how many more there are."""
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return f"{', '.join(map(short, names[:_MOST]))}{more}"
