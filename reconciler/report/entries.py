"""A report as a list of single changes, each with how much of a person's attention it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from reconciler.model import STATE, Action, ChangeSource, TopicStatus
from reconciler.report.came_of import is_found_done
from reconciler.report.compact import described, settings, unchecked
from reconciler.report.document import Change, Consent, Impact, Origin, Refusal, Report, Topic
from reconciler.report.drift.words import waived_in_audits
from reconciler.report.risk_text import verdict_on
from reconciler.report.signs import Extent, extent, is_consented, is_refused
from reconciler.report.sources import instead, instead_of_create

_ORDER = (None, *ChangeSource)
_FOUND_DONE = "found done: somebody else made this change"


class Need(IntEnum):
    """Who has to look at a change, those first that stop it."""

    PERSON = 0
    """It is refused, or nothing is known of the topic."""
    CONSENTED = 1
    """It is risky, and somebody has consented."""
    NOBODY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of a topic; ``change`` is ``None`` where it is about the topic as a whole: a create, no answer."""

    topic: Topic
    change: Change | None = None

    @property
    def need(self) -> Need:
        """Who has to look at it."""
        if self.change is None:
            is_stopped = self.topic.action is Action.UNREADABLE or extent(self.topic) is not Extent.NONE
            return Need.PERSON if is_stopped or self.topic.unchecked is not None else Need.NOBODY
        if is_refused(self.change):
            return Need.PERSON
        if is_consented(self.change):
            return Need.CONSENTED
        return Need.PERSON if self.topic.unchecked is not None else Need.NOBODY

    @property
    def verdict(self) -> str:
        """What is to be known first, in a word or two: ``needs consent``, ``impossible``; empty for a routine one."""
        refusal = self.refusal
        if self.topic.action is Action.UNREADABLE:
            return "unreadable"
        if refusal is not None:
            return verdict_on(refusal.kind)
        if self.need is Need.CONSENTED:
            return "risky, with consent"
        return unchecked(self.topic.unchecked) if self.topic.unchecked is not None else ""

    @property
    def refusal(self) -> Refusal | None:
        """Why it is refused; of a create the first reason."""
        if self.change is not None:
            return self.change.refusal
        if extent(self.topic) is Extent.NONE:
            return None
        objections = (Refusal(kind=it.kind, reason=it.message, way_out=it.remedy) for it in self.topic.objections)
        return next(objections, self.topic.refusal)

    @property
    def consent(self) -> Consent | None:
        """The consent that it needs or has."""
        return self.change.consent if self.change is not None else None

    @property
    def impact(self) -> Impact | None:
        """What it does, as far as that was measured."""
        return self.change.impact if self.change is not None else None

    @property
    def words(self) -> str:
        """``retention.ms: 604800000 (7d) → 86400000 (1d)``, ``create: partitions: 3, …``."""
        if self.change is not None:
            return described(self.change)
        if self.topic.action is Action.UNREADABLE:
            return "cannot be read"
        chosen = {field.removeprefix("config."): value for field, value in settings(self.topic.desired).items()}
        return "create" + (": " + ", ".join(f"{key}: {value}" for key, value in chosen.items()) if chosen else "")

    @property
    def source(self) -> ChangeSource | None:
        """Where it comes from, compared with a base."""
        return self.change.source if self.change is not None else self.topic.source

    @property
    def is_of_others(self) -> bool:
        """Whether it is not from this branch, compared with a base."""
        return self.source not in {None, ChangeSource.BRANCH}

    @property
    def asides(self) -> Sequence[str]:
        """What else is to be known: what the base would do, that audits accept it, that it was done by others."""
        if self.change is None:
            told = [instead_of_create(self.topic), _FOUND_DONE if self.topic.found_done else None]
        else:
            is_done = is_found_done(self.change)
            told = [instead(self.change), waived_in_audits(self.change), _FOUND_DONE if is_done else None]
        return [words for words in told if words is not None]

    @property
    def origin(self) -> Origin | None:
        """The place that wants it."""
        if self.change is not None and self.change.field != STATE:
            return self.change.origin
        if self.topic.objections and self.change is None:
            return self.topic.objections[0].origin
        return self.topic.origin


def entries(report: Report) -> Sequence[Entry]:
    """Every change that the plan of ``report`` has, those first that need a person, then by source, then by topic."""
    found = [entry for topic in report.topics for entry in _of(topic)]
    # Stable: topics and fields stay in their order.
    return sorted(found, key=lambda entry: (entry.need, _ORDER.index(entry.source)))


def _of(topic: Topic) -> Iterator[Entry]:
    match topic.action:
        case Action.CREATE | Action.UNREADABLE:
            yield Entry(topic=topic)
        case Action.DRIFT | Action.DELETE:
            yield from (Entry(topic=topic, change=change) for change in topic.changes)
        case Action.SKIP:
            if topic.status is not TopicStatus.UNCHANGED:
                yield Entry(topic=topic)
