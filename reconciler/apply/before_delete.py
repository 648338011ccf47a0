"""The last look before topics are deleted: requests name topics, and a name may be another topic's by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.look import Looks, is_created_again, look_at, planned_in
from reconciler.apply.second_look import created_again
from reconciler.clock import Clock, TimeLimit
from reconciler.model import RETRIABLE, KafkaFailure, LiveState, Operation, TopicPlan, Verification
from reconciler.plan import Request

LOOKS, PAUSE_SECONDS = 5, 0.3
"""How often a topic is read again that cannot be read at first, and the seconds in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """Compares ids before topics are deleted; what it finds goes to the ledger."""

    ledger: Ledger
    reader: Looks
    limit: TimeLimit
    clock: Clock

    def still_planned(self, request: Request) -> Request:
        """``request`` without topics to delete that are gone, are others by now, or cannot be read.

        Raises ClusterUnavailable and DeadlinePassed.
        """
        if request.operation is not Operation.DELETE_TOPICS:
            return request
        shown = self._look(request.topics)
        return Request(request.operation, [topic for topic in request.topics if self._is_planned(topic, shown)])

    def _look(self, topics: Iterable[TopicPlan]) -> LiveState:
        topics = list(topics)
        for _ in range(LOOKS):
            shown = look_at(topics, self.reader)
            is_worth_another = any(failure.error_class == RETRIABLE for failure in shown.unreadable.values())
            if not is_worth_another or not self.limit.remaining():
                break
            self.clock.sleep(min(PAUSE_SECONDS, self.limit.remaining()))
        return shown

    def _is_planned(self, topic: TopicPlan, shown: LiveState) -> bool:
        unreadable = shown.unreadable.get(topic.name)
        if unreadable is None and planned_in(shown, topic) is not None:
            return True
        if self.ledger.number_of_attempts(topic.name, Operation.DELETE_TOPICS):
            if unreadable is None:
                self.ledger.found_applied(topic.name, Operation.DELETE_TOPICS)
        else:
            self.ledger.saw(topic.name, self._seen(topic, shown, unreadable))
        return False

    def _seen(self, topic: TopicPlan, shown: LiveState, unreadable: KafkaFailure | None) -> Seen:
        at = self.clock.now()
        if unreadable is not None:
            return Seen(verification=Verification.UNVERIFIABLE, at=at, failure=unreadable)
        if is_created_again(shown, topic):
            return Seen(verification=Verification.NOT_VISIBLE, at=at, changed=created_again())
        return Seen(verification=Verification.VERIFIED, at=at)
