"""The last look before topics are written: requests name topics, and a name may be another topic's by now.

Creates need none: a broker refuses to create what exists, and what is there is then compared with what was wanted.
Anything else it carries out, whatever the topic has become since it was planned.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.apply.by_others import changed_by_others, done_by_others, fields_to_write, note_changed
from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.look import Looks, look_by_name, planned_in
from reconciler.apply.second_look import is_done
from reconciler.clock import Clock, TimeLimit
from reconciler.model import RETRIABLE, Delete, LiveState, Operation, TopicPlan, Verification
from reconciler.plan import Request, step_of

LOOKS, PAUSE_SECONDS = 5, 0.3
"""How often a topic is read again that cannot be read at first, and the seconds in between."""
LOOKS_AT_OTHERS = 3
"""The same of a topic that is not as planned: the broker that answers may lag behind the one that planning read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """Compares topics with their plan right before they are written; what it finds goes to the ledger."""

    ledger: Ledger
    reader: Looks
    limit: TimeLimit
    clock: Clock

    def still_to_write(self, request: Request) -> Request:
        """What is left of ``request``: nothing of topics that somebody else changed, and nothing that is done already.

        One look for all topics, and more where one is not as planned. Raises ClusterUnavailable and DeadlinePassed.
        """
        if request.operation is Operation.CREATE_TOPICS or not request.topics:
            return request
        shown = self._look(request)
        left = [self._left(topic, request.operation, shown) for topic in request.topics]
        return Request(request.operation, [topic for topic in left if topic is not None])

    def _look(self, request: Request) -> LiveState:
        for number in range(1, LOOKS + 1):
            shown = look_by_name(request.topics, self.reader)
            is_unreadable = any(failure.error_class == RETRIABLE for failure in shown.unreadable.values())
            may_lag = number < LOOKS_AT_OTHERS and any(
                changed_by_others(topic, shown, self.ledger) for topic in request.topics
            )
            if not (is_unreadable or may_lag) or not self.limit.remaining():
                break
            self.clock.sleep(min(PAUSE_SECONDS, self.limit.remaining()))
        return shown

    def _left(self, topic: TopicPlan, operation: Operation, shown: LiveState) -> TopicPlan | None:
        """The part of ``topic`` that ``operation`` is still to write."""
        ledger, name, at = self.ledger, topic.name, self.clock.now()
        is_retry = bool(ledger.number_of_attempts(name, operation))
        unreadable = shown.unreadable.get(name)
        if unreadable is not None:
            if not is_retry:  # else verification keeps reading
                ledger.saw(name, Seen(verification=Verification.UNVERIFIABLE, at=at, failure=unreadable))
            return None
        if is_retry and self._is_done(topic, operation, shown):
            ledger.found_applied(name, operation)
            return None
        changed = changed_by_others(topic, shown, ledger)
        if changed is not None:
            note_changed(topic, changed, shown, ledger, at)
            return None
        done = done_by_others(topic, shown, ledger).get(operation)
        if not done:
            return topic
        ledger.found_done(name, operation, done)
        to_write, found = fields_to_write(topic), ledger.done_by_others(name)
        is_all = to_write <= found
        verification = Verification.VERIFIED if is_all else Verification.NOT_VISIBLE
        ledger.saw(name, Seen(verification=verification, at=at, as_written=found))
        is_left = done < {*step_of(operation).fields(topic)}
        return step_of(operation).only(topic, to_write - done) if is_left else None

    def _is_done(self, topic: TopicPlan, operation: Operation, shown: LiveState) -> bool:
        found = planned_in(shown, topic)
        if isinstance(topic, Delete):
            return found is None
        return found is not None and is_done(topic, operation, found, self.ledger.policy)
