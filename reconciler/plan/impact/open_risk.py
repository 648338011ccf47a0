"""A risky change before it is measured, with what its measures depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil

from reconciler.model import Delete, Drift, FieldChange, Measure, Risk, RiskKind

_CHECK_INTERVAL = "log.retention.check.interval.ms"
_TIERED = "remote.storage.enable"
KEYS = frozenset({"cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas", _CHECK_INTERVAL})
"""The config keys, and the setting of brokers, whose defaults matter."""
UNLIMITED = -1
_FIVE_MINUTES, _MINUTE = 300_000, 60_000
REMOVING = frozenset({Measure.OLD_RECORDS, Measure.LARGE_PARTITIONS, Measure.ALL_RECORDS})


@dataclass(frozen=True, kw_only=True)
class OpenRisk:
    """A risky ``change`` of ``topic``; ``defaults`` are what brokers give by config key, where they tell."""

    topic: Drift | Delete
    change: FieldChange
    risk: Risk
    defaults: Mapping[str, str]
    now: datetime

    @property
    def is_about_records(self) -> bool:
        """Whether its impact is counted in records."""
        return bool(self.risk.measures & REMOVING)

    @property
    def removes_records(self) -> bool:
        """Whether it removes them; a partition increase moves their keys."""
        return self.is_about_records and self.risk.kind in {RiskKind.DATA_LOSS, RiskKind.DELETE}

    @property
    def has_sizes(self) -> bool:
        """Whether log directories have all of the topic; with tiered storage most of it is elsewhere (KIP-405)."""
        return (self.topic.live.overrides.get(_TIERED) or "").lower() != "true"

    @property
    def effect_delay(self) -> int:
        """Milliseconds after which a lower retention has removed what it removes.

        Brokers check at an interval, and delete the files a minute later (``file.delete.delay.ms``), which is also a
        margin for the time from measuring to applying.
        """
        return (_whole(self.defaults.get(_CHECK_INTERVAL)) or _FIVE_MINUTES) + _MINUTE

    @property
    def effect_minutes(self) -> int:
        """The same in minutes, rounded up."""
        return ceil(self.effect_delay / _MINUTE)

    @cached_property
    def cut(self) -> int | None:
        """Records older than this may be removed, in milliseconds since 1970 (UTC).

        ``None`` where the retention is unlimited or not known.
        """
        retention = self.number_after("retention.ms")
        if retention is None or retention <= UNLIMITED:
            return None
        return max(int(self.now.timestamp() * 1000) - retention + self.effect_delay, 0)

    def number_after(self, key: str) -> int | None:
        """The value of the config ``key`` once the changes of the topic are made; ``None`` where it is not known."""
        return _whole(self._value_after(key))

    def _value_after(self, key: str) -> str | int | None:
        live = self.topic.live
        change = next((each for each in self.topic.changes if each.config_key == key), None)
        value = change.after if change is not None else live.overrides.get(key)
        if value is not None or key in live.disputed:
            return value
        inherited = live.inherited.get(key) if change is None else None
        return inherited if inherited is not None else self.defaults.get(key)


def _whole(value: str | int | None) -> int | None:
    try:
        return None if value is None else int(value)
    except ValueError:
        return None
