"""What people read of replicas that are moved."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.model import RiskKind
from reconciler.report.alike_risks import merged
from reconciler.report.amounts import effect
from reconciler.report.document import Impact, Move, ReceivingBroker

GIB = 1024**3


def broker(number: int, replicas: int = 1, size: int | None = GIB, free: int | None = 40 * GIB) -> ReceivingBroker:
    return ReceivingBroker(id=number, rack=None, replicas=replicas, bytes=size, free=free)


def impact(*receiving: ReceivingBroker, size: int | None = None, moves: Sequence[Move] | None = None) -> Impact:
    grown = [Move(partition=0, before=[9], after=[9, *(each.id for each in receiving)])]
    return Impact(
        records=None,
        bytes=size,
        partitions=None,
        takes_effect=None,
        last_record_at=None,
        readers=None,
        brokers=[str(each.id) for each in receiving],
        receiving=list(receiving),
        moves=grown if moves is None else list(moves),
        unknown=[],
    )


FEWER = Move(partition=0, before=[1, 2, 3], after=[1, 2])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (impact(broker(2), size=GIB), "copies 1 replica, at most 1GiB, to broker 2 (40GiB free)"),
        (
            impact(broker(2), broker(3, free=38 * GIB), size=2 * GIB),
            "copies 2 replicas, at most 2GiB, to brokers 2 and 3 (40GiB and 38GiB free)",
        ),
        (impact(broker(2, size=0), size=0), "copies 1 replica, all empty, to broker 2 (40GiB free)"),
        (impact(broker(2, size=None, free=None)), "copies 1 replica to broker 2"),
        (
            impact(*(broker(number, free=number * GIB) for number in range(2, 9)), size=7 * GIB),
            "copies 7 replicas, at most 7GiB, to 7 brokers (at least 2GiB free on each)",
        ),
        (impact(size=0, moves=[FEWER]), "removes replicas of 1 partition"),
        (
            impact(broker(4), size=GIB, moves=[FEWER, Move(partition=1, before=[1], after=[1, 4])]),
            "copies 1 replica, at most 1GiB, to broker 4 (40GiB free) and removes replicas of 1 partition",
        ),
        (impact(moves=[]), None),
    ],
)
def test_replicas_that_are_moved_in_words(found: Impact, words: str | None) -> None:
    assert effect(RiskKind.REPLICATION_CHANGE, found) == words


def test_of_several_topics_brokers_get_the_sums() -> None:
    whole = merged([impact(broker(2), broker(3), size=2 * GIB), impact(broker(3, replicas=2, size=GIB), size=GIB)])
    told = "copies 4 replicas, at most 3GiB, to brokers 2 and 3 (40GiB free on each)"
    assert effect(RiskKind.CAPACITY, whole) == told
    assert [(each.id, each.replicas, each.bytes) for each in whole.receiving] == [(2, 1, GIB), (3, 3, 2 * GIB)]


def test_a_sum_with_a_size_that_is_not_known_is_not_known() -> None:
    whole = merged([impact(broker(2), size=GIB), impact(broker(2, size=None, free=None))])
    assert effect(RiskKind.REPLICATION_CHANGE, whole) == "copies 2 replicas to broker 2"
