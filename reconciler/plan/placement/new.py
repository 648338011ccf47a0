"""Partitions that are not there yet."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.plan.placement.brokers import Brokers
from reconciler.plan.placement.grow import grown
from reconciler.plan.placement.leaders import with_even_leaders


def new_partitions(
    existing: Sequence[tuple[int, ...]], number: int, factor: int, brokers: Brokers
) -> Sequence[tuple[int, ...]]:
    """The replicas of ``number`` new partitions beside the ``existing`` ones of the topic, which stay as they are."""
    return with_even_leaders(grown([()] * number, factor, brokers, beside=existing), beside=existing)
