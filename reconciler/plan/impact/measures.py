"""What measures risks: a cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from reconciler.model import Measured, Wanted


class Measures(Protocol):
    """What is needed of a cluster."""

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        """The values that a broker gives for config keys where a topic sets nothing; without those it does not tell."""

    def measure(self, wanted: Wanted) -> Measured:
        """What can be measured of ``wanted``; the rest with the reason under ``Measured.unknown``."""
