"""What a risky change would do, measured on the cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.cluster.connection import Connection
from reconciler.model import Measured, Wanted


class Measurements:
    """Measures records, readers, replicas and sizes; cannot write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        """The values that a broker gives for config keys where a topic sets nothing; without those it does not tell."""
        return {}

    def measure(self, wanted: Wanted) -> Measured:  # noqa: ARG002
        """What can be measured of ``wanted``; the rest with the reason under ``Measured.unknown``."""
        return Measured()
