"""How far replicas were moved, in words."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import MoveState, TopicStatus
from reconciler.report.document import PartitionMove, Reassignment, Topic
from reconciler.report.layout import count
from reconciler.report.replicas import brokers_named, size

STILL_MOVING = "replicas still being moved"


def how_far_moved(topic: Topic) -> str | None:
    """What there is to tell of the moves of ``topic`` beside its error; ``None`` where there is nothing."""
    reassignment = topic.reassignment
    if reassignment is None:
        return None
    if reassignment.done == reassignment.partitions:
        copied, aside = _copied(reassignment), _aside(topic)
        return f"replicas of {count(reassignment.done, 'partition')} moved{copied}{aside}" if copied or aside else None
    if reassignment.failed:
        return f"replicas: {_standing(reassignment)}"
    return _copying(reassignment)


def partition_lines(reassignment: Reassignment) -> Sequence[str]:
    """Every partition with its replicas before and after, and how far it is."""
    return [
        f"partition {move.partition}: {', '.join(map(str, move.before))} → {', '.join(map(str, move.after))}: "
        f"{_state(move)}"
        for move in reassignment.moves
    ]


def is_still_moving(topic: Topic) -> bool:
    """Whether the cluster goes on moving replicas of ``topic``."""
    return topic.reassignment is not None and topic.reassignment.moving > 0


def _aside(topic: Topic) -> str:
    """What the status of ``topic`` does not tell, where all its replicas are in place."""
    if topic.status is TopicStatus.UNCHANGED:
        return "; the move was under way before this run"
    is_unread = topic.status is TopicStatus.UNKNOWN and topic.verification is None
    return "; the run ended before it read the topic back" if is_unread else ""


def _standing(of: Reassignment) -> str:
    """``12 of 20 partitions done, 5 still being moved, 2 not begun, 1 failed``."""
    words = [f"{of.done:,} of {count(of.partitions, 'partition')} done"]
    numbers = {"still being moved": of.moving, "not begun": of.not_begun, "failed": of.failed}
    return ", ".join([*words, *(f"{number:,} {what}" for what, number in numbers.items() if number)])


def _copied(of: Reassignment) -> str:
    """``, 1.2GiB copied to brokers 2 and 3``; empty where nothing was copied, or it is not known how much."""
    if not of.copied:
        return ""
    brokers = {broker for move in of.moves for broker in _added(move)}
    least = "at least " if any(move.copied is None and _added(move) for move in of.moves) else ""
    return f", {least}{size(of.copied)} copied to {brokers_named(sorted(brokers))}"


def _copying(of: Reassignment) -> str | None:
    """``1.2GiB of 3GiB copied of the partitions that still move``; ``None`` where it is not known."""
    sizes = [(move.copied, move.bytes) for move in of.moves if move.state is MoveState.MOVING]
    known = [(copied, whole) for copied, whole in sizes if copied is not None and whole]
    if not known:
        return None
    copied, whole = (sum(numbers) for numbers in zip(*known, strict=True))
    return f"{size(copied)} of {size(whole)} copied of the partitions that still move"


def _added(move: PartitionMove) -> Sequence[int]:
    return [broker for broker in move.after if broker not in move.before]


def _state(move: PartitionMove) -> str:
    if move.error is not None:
        return f"failed: {move.error.message}"
    words = move.state.replace("_", " ")
    if move.state is MoveState.MOVING and move.copied is not None and move.bytes:
        return f"{words}, {size(move.copied)} of {size(move.bytes)} copied"
    return f"{words}, {size(move.copied)} copied" if move.copied else words
