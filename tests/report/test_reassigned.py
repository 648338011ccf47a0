"""What people read of how far replicas were moved."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest
from hypothesis import given

from reconciler.apply import Ledger
from reconciler.model import KafkaFailure, Move, MoveProgress, MoveState, TopicStatus
from reconciler.report.build_reassignment import build_reassignment
from reconciler.report.document import Topic
from reconciler.report.formats import JSON
from reconciler.report.layout import TextStyle
from reconciler.report.read import report_in
from reconciler.report.reassigned import how_far_moved, partition_lines
from reconciler.report.result_text import render_result
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT
from tests.support.steps import REFUSED

MOVES = PROJECT / "tests/cases/report/moves.json"
MIB = 1024**2
NOT_BEGUN, MOVING, DONE, FAILED = MoveState


def move(
    state: MoveState,
    size: int | None = None,
    copied: int | None = None,
    *,
    after: tuple[int, ...] = (1, 2, 3),
    before: tuple[int, ...] = (1,),
    failure: KafkaFailure | None = None,
) -> MoveProgress:
    return MoveProgress(move=Move(0, before, after), state=state, bytes=size, copied=copied, failure=failure)


def topic(*moves: MoveProgress, status: TopicStatus = TopicStatus.APPLIED) -> Topic:
    first = report_in(MOVES.read_bytes(), "moves.json").topics[0]
    return replace(first, status=status, reassignment=build_reassignment(moves))


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (topic(move(DONE, 2 * MIB, 2 * MIB)), "replicas of 1 partition moved, 2MiB copied to brokers 2 and 3"),
        (
            topic(move(DONE, MIB, MIB), move(DONE)),
            "replicas of 2 partitions moved, at least 1MiB copied to brokers 2 and 3",
        ),
        (
            topic(move(DONE, MIB, MIB), move(DONE, before=(1, 2, 3), after=(1, 2))),
            "replicas of 2 partitions moved, 1MiB copied to brokers 2 and 3",
        ),
        (
            topic(move(DONE, MIB, MIB, after=tuple(range(1, 9)))),
            "replicas of 1 partition moved, 1MiB copied to 7 brokers",
        ),
        (topic(move(DONE, 0, 0)), None),
        (topic(move(DONE)), None),
        (
            topic(move(DONE), status=TopicStatus.UNCHANGED),
            "replicas of 1 partition moved; the move was under way before this run",
        ),
        (
            replace(topic(move(DONE, 0, 0), status=TopicStatus.UNKNOWN), verification=None),
            "replicas of 1 partition moved; the run ended before it read the topic back",
        ),
        (
            topic(move(DONE, 9, 9), move(MOVING, 2 * MIB, MIB), move(MOVING), move(NOT_BEGUN)),
            "1MiB of 2MiB copied of the partitions that still move",
        ),
        (topic(move(MOVING), move(NOT_BEGUN)), None),
        (
            topic(move(DONE), move(MOVING, 2, 1), move(NOT_BEGUN), move(FAILED, failure=REFUSED)),
            "replicas: 1 of 4 partitions done, 1 still being moved, 1 not begun, 1 failed",
        ),
        (topic(), None),
    ],
)
def test_how_far_replicas_were_moved_in_words(shown: Topic, words: str | None) -> None:
    assert how_far_moved(shown) == words


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (move(NOT_BEGUN), "partition 0: 1 → 1, 2, 3: not begun"),
        (move(MOVING), "partition 0: 1 → 1, 2, 3: moving"),
        (move(MOVING, 2 * MIB, MIB), "partition 0: 1 → 1, 2, 3: moving, 1MiB of 2MiB copied"),
        (move(DONE, MIB, MIB), "partition 0: 1 → 1, 2, 3: done, 1MiB copied"),
        (move(DONE, before=(3, 1), after=(3,)), "partition 0: 3, 1 → 3: done"),
        (move(FAILED, failure=REFUSED), "partition 0: 1 → 1, 2, 3: failed: no"),
    ],
)
def test_each_partition_in_a_line(progress: MoveProgress, words: str) -> None:
    found = build_reassignment([progress])
    assert found is not None
    assert partition_lines(found) == [words]


def test_partitions_are_counted_by_state_and_sizes_added_where_they_are_known() -> None:
    found = build_reassignment([move(DONE, 5, 5), move(DONE), move(MOVING, 7, 2), move(NOT_BEGUN), move(FAILED)])
    assert found is not None
    assert (found.partitions, found.not_begun, found.moving, found.done, found.failed) == (5, 1, 1, 2, 1)
    assert (found.bytes, found.copied) == (12, 7)


def test_sizes_that_were_never_read_are_null_not_zero() -> None:
    found = build_reassignment([move(DONE), move(MOVING)])
    assert found is not None
    assert (found.bytes, found.copied) == (None, None)


@given(accounts())
def test_the_report_has_every_move_and_is_read_as_it_was_written(ledger: Ledger) -> None:
    report = report_of("apply", ledger)
    for topic in report.topics:
        moves = ledger.moves_of(topic.name)
        told = topic.reassignment.moves if topic.reassignment is not None else []
        assert [each.state for each in told] == [each.state for each in moves]
    assert report_in(JSON.renderer().render_file(report).encode(), "r.json").topics == report.topics


def test_a_topic_that_still_moves_is_told_first_how_far_it_is_then_what_to_do() -> None:
    report = report_in(MOVES.read_bytes(), "moves.json")
    text = click.unstyle("\n".join(render_result(report, TextStyle())))
    _, _, payments = text.partition("payments: ")
    assert payments.splitlines()[:4] == [
        "unknown, replicas still being moved",
        "    REASSIGNMENT_IN_PROGRESS: 3 of 6 partitions done, 2 still being moved, 1 not begun",
        "    150MiB of 1.2GiB copied of the partitions that still move",
        "    the cluster goes on by itself; run apply again to wait for it, and to move the rest",
    ]
    assert text.endswith("1 unknown (1 with replicas still being moved).")


def test_a_topic_that_was_moved_for_another_run_is_told_although_it_is_unchanged() -> None:
    report = report_in(MOVES.read_bytes(), "moves.json")
    text = click.unstyle("\n".join(render_result(report, TextStyle())))
    assert "stock: unchanged\n    replicas of 1 partition moved; the move was under way before this run\n" in text
