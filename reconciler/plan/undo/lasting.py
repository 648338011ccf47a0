"""What an undo does not bring back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from reconciler.errors import Diagnostic, Severity
from reconciler.model import (
    STATE,
    ChangedTopic,
    CreatedTopic,
    DeletedTopic,
    NotRestored,
    Plan,
    Refusal,
    RefusalKind,
    Refused,
    TopicPlan,
    TouchedTopic,
    Undo,
    changes_of,
    live_of,
    refusal_of,
)
from reconciler.plan.loss import counted
from reconciler.printable import quoted

_RECORDS = "records"
_FOR_GOOD = frozenset({RefusalKind.STALE, RefusalKind.IMPOSSIBLE, RefusalKind.BROKER, RefusalKind.CLIENT})
"""What no consent and no option changes."""
_HIDDEN = "the cluster did not return the former value, so it is not known"
_HIDDEN_NOW = "the cluster does not return the value, so it cannot be compared and is not set"
_NAMED = 3


def not_restored(undo: Undo, plan: Plan | None) -> Sequence[NotRestored]:
    """All that does not come back, whatever is consented to; sorted by topic, and each field once."""
    planned = {topic.name: topic for topic in plan.topics} if plan is not None else {}
    found = [
        each
        for topic in undo.topics
        for made in [planned.get(topic.name)]
        for each in (*_refused(made), *_not_compared(made), *_lost(topic))
    ]
    return sorted(found)


def records_gone(undo: Undo) -> Iterator[Diagnostic]:
    """A warning that names the topics whose records the run removed."""
    names = [each.topic for topic in undo.topics for each in _lost(topic) if each.field == _RECORDS]
    names = list(dict.fromkeys(names))
    if names:
        shown = ", ".join(map(quoted, names[:_NAMED]))
        more = f" and {counted(len(names) - _NAMED, 'more topic')}" if len(names) > _NAMED else ""
        yield Diagnostic(
            severity=Severity.WARNING,
            code="records-not-restored",
            message=f"records that the run removed are not restored: {shown}{more}",
            hint="an undo restores settings; get records back from a backup, or from their producers",
            topic=names[0] if len(names) == 1 else None,
        )


def _lost(topic: TouchedTopic) -> Iterator[NotRestored]:
    match topic:
        case CreatedTopic():
            return
        case DeletedTopic():
            some = "all records" if topic.records is None else f"at most {counted(topic.records, 'record')}"
            if topic.records != 0:
                yield NotRestored(topic.name, _RECORDS, f"the run deleted the topic with {some}")
            yield NotRestored(topic.name, "offsets", "the run deleted the committed offsets of the topic's groups")
        case ChangedTopic():
            for field, records in topic.removed.items():
                did = "may have removed records" if records is None else f"removed at most {counted(records, 'record')}"
                yield NotRestored(topic.name, _RECORDS, f"the change of {field.removeprefix('config.')} {did}")
        case _:
            assert_never(topic)
    for key in sorted(topic.hidden):
        yield NotRestored(topic.name, f"config.{key}", _HIDDEN)


def _not_compared(topic: TopicPlan | None) -> Iterator[NotRestored]:
    """Values to restore that are set on the cluster, which does not return them."""
    live = live_of(topic) if topic is not None else None
    if topic is not None and live is not None:
        for key in topic.desired.config:
            if key in live.overrides and live.overrides[key] is None:
                yield NotRestored(topic.name, f"config.{key}", _HIDDEN_NOW)


def _refused(topic: TopicPlan | None) -> Iterator[NotRestored]:
    if topic is None:
        return
    whole = refusal_of(topic)
    changes = changes_of(topic)
    if whole is not None and whole.kind in _FOR_GOOD and not changes:
        yield NotRestored(topic.name, STATE, whole.reason)
    for change in changes:
        match change.decision:
            case Refused(refusal=Refusal(kind=kind, reason=reason)) if kind in _FOR_GOOD:
                yield NotRestored(topic.name, change.field, reason)
