"""What the broker is asked about one topic, until every field has its own answer.

Kafka validates the keys of a topic together and names only the first that it rejects, so the rest is validated again
without that key. If the message names no key, the changes are validated in halves to find the one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.model import KafkaFailure, Operation, TopicPlan
from reconciler.plan.steps import Step, request_step_of, step_of

_FIELDS_OF_CODES = {37: "partitions", 38: "replication_factor", 39: "replication_factor"}
"""INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR and INVALID_REPLICA_ASSIGNMENT."""
_CONFIG = "config."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether the broker would accept ``operation`` for ``topic``.

    ``accepted`` are the fields that it accepts, ``open`` the groups of fields without an answer, the next one to ask
    about first. ``objections`` has what it rejects, by field.
    """

    topic: TopicPlan
    operation: Operation
    accepted: tuple[str, ...] = ()
    open: tuple[tuple[str, ...], ...]
    objections: Mapping[str, KafkaFailure] = field(default_factory=dict)
    failure: KafkaFailure | None = None
    """An objection to the topic as a whole."""

    @property
    def part(self) -> TopicPlan:
        """The topic with the fields to ask about, and those that were accepted before."""
        return self._step.only(self.topic, {*self.accepted, *self.open[0]})

    def agreed(self) -> Question:
        """After the broker accepted what it was asked."""
        return replace(self, accepted=(*self.accepted, *self.open[0]), open=self.open[1:])

    def refused(self, failure: KafkaFailure) -> Question:
        """After the broker refused what it was asked: closer to the field that is at fault."""
        group, later = self.open[0], self.open[1:]
        named = group[0] if self._is_alone(group) else _named(failure, group)
        if named is not None:
            rest = tuple(each for each in group if each != named)
            left = (rest, *later) if rest or self._step.is_of_whole_topics else later
            return replace(self, open=left, objections={**self.objections, named: failure})
        if self._step.is_of_whole_topics:
            return replace(self, open=(), failure=failure)  # a policy, for instance, is about the topic as a whole
        middle = len(group) // 2
        return replace(self, open=(group[:middle], group[middle:], *later))

    def _is_alone(self, group: Sequence[str]) -> bool:
        return len(group) == 1 and not self._step.is_of_whole_topics

    @property
    def _step(self) -> Step:
        return step_of(self.operation)


def questions_about(topic: TopicPlan) -> list[Question]:
    """What there is to ask about ``topic``: one question for each kind of request that apply would send."""
    return [
        Question(topic=topic, operation=operation, open=(step.fields(topic),))
        for operation in Operation
        if (step := request_step_of(operation)) is not None and step.can_be_validated and step.weight(topic)
    ]


def _named(failure: KafkaFailure, fields: Sequence[str]) -> str | None:
    """The field that the broker's error code or message blames, the first if there are several."""
    by_code = _FIELDS_OF_CODES.get(failure.code)
    if by_code in fields:
        return by_code
    places = {}
    for each in fields:
        key = re.escape(each.removeprefix(_CONFIG))
        found = re.search(rf"(?<![\w.-]){key}(?![\w-]|\.\w)", failure.message)
        if found is not None and each.startswith(_CONFIG):
            places[each] = found.start()
    return min(places, key=lambda each: places[each], default=None)
