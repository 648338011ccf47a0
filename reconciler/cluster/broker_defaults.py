"""What a broker gives where a topic sets nothing, by its own settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from itertools import cycle
from typing import Any

from confluent_kafka.admin import ConfigEntry, ConfigResource, ResourceType

from reconciler.cluster.asking import Asking
from reconciler.configs.synonyms import BROKER_SYNONYMS

_MS_PER_UNIT = {"": 1, "m": 60_000, "h": 3_600_000}
"""In the order of precedence: milliseconds go before minutes, and minutes before hours."""
_UNITS = list(_MS_PER_UNIT)
_BROKER = "broker"


def broker_defaults(asking: Asking, keys: Collection[str]) -> Mapping[str, str]:
    """The values of config ``keys`` for a topic that does not set them, as the broker with the lowest id has them.

    One request, which needs DESCRIBE_CONFIGS on the cluster; one more to each other broker while none answers. A key is
    missing where the broker has no setting for it, and all of them are where no broker tells its settings.
    """
    if not keys:
        return {}
    turns = cycle(sorted(asking.connection.nodes or asking.connection.metadata().brokers))

    def send(_brokers: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        resource = ConfigResource(ResourceType.BROKER, str(next(turns)))
        return {_BROKER: asking.connection.admin.describe_configs([resource], request_timeout=seconds)[resource]}

    told = asking.ask([_BROKER], send, api="describe_configs", permission="DESCRIBE_CONFIGS on the cluster")
    settings: Mapping[str, ConfigEntry] = next(iter(told.results.values()), {})
    return {key: value for key in sorted(keys) if (value := _value(key, settings)) is not None}


def _value(key: str, settings: Mapping[str, ConfigEntry]) -> str | None:
    synonyms = [(name, synonym.unit) for name, synonym in BROKER_SYNONYMS.items() if synonym.key == key]
    for name, unit in [*sorted(synonyms, key=lambda each: _UNITS.index(each[1])), (key, "")]:
        value = settings[name].value if name in settings else None
        if value:
            return _in_ms(value, unit) if unit else value
    return None


def _in_ms(value: str, unit: str) -> str:
    number = int(value)
    return str(number * _MS_PER_UNIT[unit]) if number >= 0 else str(number)
