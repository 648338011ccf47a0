"""What limits how fast replicas are copied while an apply moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reconciler.model import KafkaFailure, Move


class Throttle(Protocol):
    """Limits how fast replicas are copied. Both methods raise ClusterUnavailable and DeadlinePassed."""

    def put_on(self, moves: Mapping[str, Sequence[Move]]) -> KafkaFailure | None:
        """Limit the replicas that ``moves``, by topic, are to copy; why that failed: then nothing is to be moved."""

    def take_off(self) -> None:
        """Remove the limit, unless replicas are still being moved in the cluster. May be called again."""


class Unthrottled:
    """Limits nothing."""

    def put_on(self, moves: Mapping[str, Sequence[Move]]) -> None:
        """Nothing is done."""

    def take_off(self) -> None:
        """Nothing is done."""
