"""What a look shows that somebody else did to a topic after it was planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.apply.ledger import Ledger, Seen
from reconciler.apply.look import is_created_again, planned_in
from reconciler.apply.second_look import Changed, changed_meanwhile, created_again, deleted_meanwhile
from reconciler.model import Delete, LiveState, Operation, TopicPlan, Verification, changes_of, is_made
from reconciler.plan import differences, step_of


def changed_by_others(topic: TopicPlan, shown: LiveState, ledger: Ledger) -> Changed | None:
    """What was done to ``topic`` that was not planned; that a topic to delete is gone already was."""
    accepted = ledger.accepted(topic.name)
    if topic.name in shown.unreadable:
        return None
    if is_created_again(shown, topic):
        return created_again(topic)
    found = shown.topics.get(topic.name)
    if found is None:
        return None if isinstance(topic, Delete) else deleted_meanwhile(topic, accepted)
    return changed_meanwhile(topic, found, ledger.policy, accepted, ledger.done_by_others(topic.name))


def done_by_others(topic: TopicPlan, shown: LiveState, ledger: Ledger) -> Mapping[Operation, frozenset[str]]:
    """The fields that this run was to write, that it has not asked for, and that are as wanted, by operation."""
    found = planned_in(shown, topic)
    if isinstance(topic, Delete):
        lacking = fields_to_write(topic) if topic.name in shown.topics else frozenset()
    elif found is None:
        return {}
    else:
        lacking = frozenset(each.field for each in differences(topic.desired, found, ledger.policy))
    not_asked = [each for each in Operation if not ledger.number_of_attempts(topic.name, each)]
    done = {each: frozenset(field.field for field in step_of(each).changes(topic)) - lacking for each in not_asked}
    return {operation: fields for operation, fields in done.items() if fields}


def note_changed(topic: TopicPlan, changed: Changed, shown: LiveState, ledger: Ledger, at: datetime) -> None:
    """Record that ``topic`` is ``changed``, and what of it is as wanted nevertheless: nothing more is sent for it."""
    for operation, fields in done_by_others(topic, shown, ledger).items():
        ledger.found_done(topic.name, operation, fields)
    done = ledger.done_by_others(topic.name)
    ledger.saw(topic.name, Seen(verification=Verification.NOT_VISIBLE, at=at, changed=changed, as_written=done))


def fields_to_write(topic: TopicPlan) -> frozenset[str]:
    """The fields of ``topic`` that are changed."""
    return frozenset(change.field for change in changes_of(topic) if is_made(change.decision))
