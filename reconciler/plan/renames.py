"""Renames: a topic under a new name is a new, empty topic, and the old one stays or is deleted with its records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.errors import Diagnostic, Severity
from reconciler.model import UNDO, Create, Delete, Impact, Plan, Refused, Risky, Safe
from reconciler.plan.alike import Pair, pairs
from reconciler.plan.loss import counted
from reconciler.printable import quoted

_SINGLE = 3
"""Up to so many renames of a kind get a diagnostic each, more get one together."""
_WAY_OUT = (
    "create the new topic, copy the records and move producers and readers to it (MirrorMaker can copy both records "
    "and offsets), and delete the old topic last; or keep the old name in the manifest"
)


def suspected_renames(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for topics that are new while others with the same settings are to be deleted, or are unmanaged.

    Not for topics that an undo creates again: they have their own names.
    """
    new = [topic.desired for topic in plan.topics if isinstance(topic, Create) and not _is_restored(topic)]
    deleted = {topic.name: topic for topic in plan.topics if isinstance(topic, Delete)}
    if not new or not (deleted or plan.unmanaged):
        return
    found = pairs(new, [*(topic.live for topic in deleted.values()), *plan.unmanaged])
    losing = [pair for pair in found if all(topic.name in deleted for topic in pair.old)]
    leaving = [pair for pair in found if pair not in losing]
    yield from _warnings(losing, deleted)
    yield from _warnings(leaving, {})


def _is_restored(topic: Create) -> bool:
    return any(source.layer == UNDO for source in topic.desired.sources.values())


def _warnings(found: Sequence[Pair], deleted: Mapping[str, Delete]) -> Iterator[Diagnostic]:
    together = found if len(found) > _SINGLE else ()
    for pair in () if together else found:
        yield _warning(f"{_renamed(pair)}: {_cost([pair], deleted)}", pair)
    if together:
        named = ", ".join(map(_renamed_shortly, together[:_SINGLE]))
        message = f"{len(together):,} new topics look like renames: {_cost(together, deleted)}; they are {named}"
        yield _warning(f"{message} and {len(together) - _SINGLE:,} more", together[0])


def _warning(message: str, pair: Pair) -> Diagnostic:
    return Diagnostic(
        severity=Severity.WARNING,
        code="rename-suspected",
        message=message,
        hint=_WAY_OUT,
        topic=pair.new.name,
        origin=pair.new.origin,
    )


def _renamed(pair: Pair) -> str:
    return f"{quoted(pair.new.name)} looks like a new name of {_old(pair)}"


def _renamed_shortly(pair: Pair) -> str:
    return f"{quoted(pair.new.name)} (was {_old(pair)})"


def _old(pair: Pair) -> str:
    return " or ".join(quoted(topic.name) for topic in pair.old)


def _cost(found: Collection[Pair], deleted: Mapping[str, Delete]) -> str:
    """What Kafka does instead of renaming."""
    topics = "old topics" if len(found) > 1 else "old topic"
    if not deleted:
        return f"Kafka cannot rename topics, so records and committed offsets stay in the {topics}"
    impacts = [_impact(deleted[pair.old[0].name]) if len(pair.old) == 1 else None for pair in found]
    records = [impact.records if impact else None for impact in impacts]
    known = [number for number in records if number is not None]
    groups = {reader.group for impact in impacts if impact for reader in impact.readers or ()}
    lost = f"at most {counted(sum(known), 'record')}" if len(known) == len(records) else "all records"
    offsets = f"the committed offsets of {counted(len(groups), 'group')}" if groups else "committed offsets"
    return f"Kafka cannot rename topics, so {lost} and {offsets} are deleted with the {topics}"


def _impact(topic: Delete) -> Impact | None:
    for change in topic.changes:
        match change.decision:
            case Safe(risk=risk) | Risky(risk=risk) | Refused(risk=risk):
                return risk.impact if risk else None
    return None
