"""A plan validated by the broker: a change that the broker would reject is impossible, with the broker's message."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable
from reconciler.model import (
    EXPECTED,
    FATAL,
    Create,
    Delete,
    Drift,
    FieldChange,
    InSync,
    KafkaFailure,
    LiveState,
    Operation,
    Plan,
    Query,
    Refusal,
    Refused,
    TopicPlan,
    Unreadable,
    is_made,
    live_of,
)
from reconciler.plan.dependent import with_enough_replicas, without_dependent
from reconciler.plan.passes import Pass, passed
from reconciler.plan.planner import topic_plan
from reconciler.plan.question import Question, questions_about
from reconciler.plan.requests import Request, requests_of
from reconciler.plan.steps import Answers, TakesRequests
from reconciler.plan.stepwise import with_steps
from reconciler.plan.unchecked import NOT_ALLOWED, count_of, marked

_UNKNOWN_TOPIC = 3
_TOO_FEW_BROKERS = 38
"""INVALID_REPLICATION_FACTOR; transient while brokers start."""
_LOOKS = 5
"""How often a topic is read again that the broker calls existing and does not show, or the reverse."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_Key = tuple[str, Operation]


class ReadsAnew(Protocol):
    """What the check needs when the broker contradicts what was read."""

    def read_anew(self, query: Query) -> LiveState:
        """The live state that ``query`` asks for, if possible from another broker than the last one."""


class BrokerCheck:
    """Has ``broker`` validate every safe create and change of ``plan``; the broker carries out none of them.

    ``limit`` is the longest that the check may go without a usable answer. Where the broker contradicts what was read,
    the topic is planned again and goes ``through`` the same passes as the plan did. ``tell`` gets progress messages.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        broker: TakesRequests,
        reader: ReadsAnew,
        limit: TimeLimit,
        clock: Clock | None = None,
        through: Sequence[Pass] = (),
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._plan = plan
        self._topics = {topic.name: topic for topic in plan.topics}
        self._broker = broker
        self._reader = reader
        self._limit = limit
        self._clock = clock or Clock()
        self._through = through
        self._tell = tell
        self._open: dict[_Key, Question] = {}
        self._looks: Counter[str] = Counter()

    @property
    def plan(self) -> Plan:
        """The plan with the answers so far; a topic with an open question counts as unchecked."""
        waiting = {name for name, _ in self._open}
        return replace(self._plan, topics=tuple(map(partial(marked, waiting), self._topics.values())))

    def run(self) -> None:
        """Ask until every question has an answer; only a missing permission leaves a topic unchecked.

        Raises ClusterUnavailable if the broker does not answer in time, DeadlinePassed, and whatever ``broker`` and
        ``reader`` raise.
        """
        self._ask_about(self._plan.topics)
        self._limit.restart()
        pause = _FIRST_PAUSE
        while self._open:
            before = self._open.copy()
            doubtful = self._ask()
            if not doubtful:
                if self._open == before:  # else it would go on for ever
                    raise AssertionError("no request asks the questions that are open")
                pause = _FIRST_PAUSE
                continue
            self._tell(_waiting_for(doubtful))
            self._clock.sleep(min(pause, self._limit.remaining()))
            pause = min(2 * pause, _LONGEST_PAUSE)
            if not self._limit.remaining():
                self._give_up(doubtful)
                continue
            self._look_again({name: failure for (name, _), failure in doubtful.items()})

    def _ask_about(self, topics: Iterable[TopicPlan]) -> None:
        self._open |= {(each.topic.name, each.operation): each for topic in topics for each in questions_about(topic)}

    def _ask(self) -> Mapping[_Key, KafkaFailure]:
        """Ask every open question once; returns those without a usable answer, and why."""
        doubtful: dict[_Key, KafkaFailure] = {}
        for operation in Operation:
            parts = [each.part for each in self._open.values() if each.operation is operation]
            for answers in self._answers(requests_of(parts, (operation,))):
                for name, answer in answers.items():
                    if answer is None or answer.error_class == FATAL:
                        self._take((name, operation), answer)
                        self._limit.restart()
                    else:
                        doubtful[name, operation] = answer
        return doubtful

    def _answers(self, requests: Iterable[Request]) -> Iterator[Answers]:
        """The answers to ``requests``; a request that is refused as a whole is split in half."""
        queue = deque(requests)
        while queue:
            request = queue.popleft()
            answers = request.put_to(self._broker)
            if request.is_refused_as_a_whole(answers):
                queue.extendleft(reversed(request.halves()))
            else:
                yield answers

    def _take(self, key: _Key, answer: KafkaFailure | None) -> None:
        question = self._open.pop(key)
        topic = self._topics[key[0]]
        if answer is not None and answer.code in NOT_ALLOWED:
            self._topics[topic.name] = _unchecked(topic, answer)
            return
        question = question.agreed() if answer is None else question.refused(answer)
        if question.open:
            self._open[key] = question
        judged = without_dependent(with_objections(topic, question), self._plan.policy)
        self._topics[topic.name] = with_enough_replicas(judged)

    def _look_again(self, doubtful: Mapping[str, KafkaFailure]) -> None:
        """Read again, and plan again what has changed. Reading also tells the client where the controller is now."""
        specs = [self._topics[name].desired for name in doubtful]
        live = self._reader.read_anew(Query.of(specs))
        for spec in specs:
            planned, failure = self._topics[spec.name], doubtful[spec.name]
            self._looks[spec.name] += _contradicts(failure)
            if live.topics.get(spec.name) != live_of(planned) or spec.name in live.unreadable:
                self._plan_anew(topic_plan(spec, live, self._plan.policy))
            elif self._looks[spec.name] >= _LOOKS:
                self._plan_anew(Unreadable(desired=spec, failure=failure))

    def _plan_anew(self, topic: TopicPlan) -> None:
        for operation in Operation:
            self._open.pop((topic.name, operation), None)
        self._topics[topic.name] = topic
        anew = passed(replace(self._plan, topics=tuple(self._topics.values())), self._through)
        self._topics = {each.name: each for each in anew.topics}
        self._ask_about([self._topics[topic.name]])

    def _give_up(self, doubtful: Mapping[_Key, KafkaFailure]) -> None:
        """Stop waiting for more brokers: a topic that lacks them is refused.

        Raises DeadlinePassed if they might still have come, and ClusterUnavailable if other answers are missing.
        """
        if self._limit.is_run_over():
            raise self._limit.deadline_passed()
        lacking = {key: failure for key, failure in doubtful.items() if failure.code == _TOO_FEW_BROKERS}
        unanswered = {key: failure for key, failure in doubtful.items() if key not in lacking}
        for key, failure in lacking.items():
            self._take(key, replace(failure, error_class=FATAL))
        if unanswered:
            raise self._not_answered(unanswered)
        self._limit.restart()

    def _not_answered(self, doubtful: Mapping[_Key, KafkaFailure]) -> ClusterUnavailable:
        for (name, _), failure in doubtful.items():
            self._topics[name] = _unchecked(self._topics[name], failure)
        failure = next(iter(doubtful.values()))
        number = count_of({name for name, _ in doubtful})
        more = "" if "--timeout" in failure.remedy else "; if the broker is only slow, raise --timeout"
        return ClusterUnavailable.because(
            "not-checked",
            f"the broker did not validate {number} within {self._limit.seconds:g} s: {failure.name}: {failure.message}",
            hint=f"{failure.remedy}{more}",
        )


def _waiting_for(doubtful: Mapping[_Key, KafkaFailure]) -> str:
    (name, _), failure = next(iter(doubtful.items()))
    number = count_of({each for each, _ in doubtful})
    return f"validating {number} again: {name}: {failure.name}: {failure.message}"


def with_objections(topic: TopicPlan, question: Question) -> TopicPlan:
    """``topic`` with what the broker has refused in answer to ``question``."""
    if isinstance(topic, Delete | InSync | Unreadable) or (not question.objections and question.failure is None):
        return topic
    refused = {field: Refusal.by(failure) for field, failure in question.objections.items()}
    objections = {**topic.objections, **refused}
    # An objection to the topic as a whole is recorded nowhere else.
    of_the_whole = Refusal.by(question.failure) if question.failure is not None else topic.refusal
    refusal = of_the_whole or next(iter(objections.values()), None)
    if isinstance(topic, Create):
        return replace(topic, objections=objections, refusal=refusal)
    changes = tuple(_refused(change, objections.get(change.field)) for change in topic.changes)
    return replace(topic, changes=changes, objections=objections, refusal=refusal)


def _unchecked(topic: TopicPlan, why: KafkaFailure) -> TopicPlan:
    match topic:
        case Create() | Drift():
            return replace(topic, unchecked=why)
        case Delete() | InSync() | Unreadable():
            return topic


def _refused(change: FieldChange, refusal: Refusal | None) -> FieldChange:
    if refusal is None or not is_made(change.decision):
        return change
    return replace(change, decision=Refused(with_steps(change, refusal)))


def _contradicts(failure: KafkaFailure) -> bool:
    """Whether the broker contradicts what was read: the topic exists, or does not."""
    return failure.error_class == EXPECTED or failure.code == _UNKNOWN_TOPIC
