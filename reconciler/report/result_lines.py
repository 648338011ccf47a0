"""What there is to tell of the result of a topic, below its status."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.report.came_of import has_own_results, result_of
from reconciler.report.document import Topic
from reconciler.report.layout import words_of
from reconciler.report.reassigned import how_far_moved
from reconciler.report.standing import changes_by_attention


def result_lines(topic: Topic) -> Iterator[str]:
    """What failed, how far replicas were moved, what to do, and what became of single changes where that differs."""
    if topic.error is not None:
        yield words_of(topic.error, topic.refusal)
    if (moved := how_far_moved(topic)) is not None:
        yield moved
    if topic.error is not None:
        yield topic.error.remedy
    if has_own_results(topic):
        yield from map(result_of, changes_by_attention(topic))
