"""The patch that makes a manifest want what an undo restored; without it the next apply makes the changes again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from reconciler.configs import same_value
from reconciler.model import (
    ChangedTopic,
    CreatedTopic,
    DeletedTopic,
    FormerValue,
    NotRestored,
    Outcome,
    TopicSpec,
    TopicStatus,
    TouchedTopic,
    Undo,
)

_COUNTS = ("partitions", "replication_factor")
_DONE = frozenset({TopicStatus.APPLIED, TopicStatus.PLANNED, TopicStatus.UNCHANGED})
_AS_IT_IS = object()
"""The manifest needs no change."""
_LACK = "defaults or a profile sets {value}, and a patch cannot remove that from one topic"
_VARIABLE = "{variable} sets {value}, and it overrides every file"


@dataclass(frozen=True, slots=True)
class Patch:
    """A JSON Merge Patch of the manifest (RFC 7386), and what it cannot express.

    ``document`` is what an overlay has; it is empty where the manifest wants all that is restored already.
    """

    document: Mapping[str, Any] = field(default_factory=dict)
    lacks: tuple[NotRestored, ...] = ()


def patch_of(undo: Undo, outcomes: Mapping[str, Outcome], lasting: Collection[NotRestored] = ()) -> Patch:
    """The patch for what is restored, or planned to be, by ``outcomes``, and is not ``lasting``; for nothing else.

    A topic that the run created is set to ``null``, so that the manifest does not list it. That deletes nothing in any
    environment, as ``state: absent`` might.
    """
    listed = {spec.name: spec for spec in undo.manifest.topics}
    stays = {(each.topic, each.field) for each in lasting}
    topics: dict[str, Any] = {}
    lacks: list[NotRestored] = []
    for topic in undo.topics:
        if topic.name in outcomes:
            writer = _Writer(listed.get(topic.name), undo.manifest.default_config, topic.name, stays)
            settings = writer.settings(topic, outcomes[topic.name])
            topics |= {} if settings is _AS_IT_IS else {topic.name: settings}
            lacks += writer.lacks
    return Patch({"topics": topics} if topics else {}, tuple(lacks))


class _Writer:
    """Writes the patch of the topic ``name``, which the manifest wants as ``spec``; ``None`` if it does not list it.

    What ``stays`` as it is, by topic and field, is left out.
    """

    def __init__(
        self, spec: TopicSpec | None, defaults: Mapping[str, str], name: str, stays: Collection[tuple[str, str]]
    ) -> None:
        self._spec, self._name, self._stays = spec, name, stays
        self._config = spec.config if spec is not None else defaults
        self._lower = spec.lower_config if spec is not None else defaults
        self.lacks: list[NotRestored] = []

    def settings(self, topic: TouchedTopic, outcome: Outcome) -> object:
        """What the patch has at the topic."""
        is_listed = self._spec is not None and not self._spec.is_absent
        match topic:
            case CreatedTopic():
                return None if is_listed and outcome.status in _DONE else _AS_IT_IS
            case DeletedTopic():
                settings = self._deleted(topic) if outcome.status in _DONE else {}
                return settings or _AS_IT_IS
            case ChangedTopic():
                restored = {key: each for key, each in topic.config.items() if _is_restored(key, outcome)}
                config = self._of_config(restored) if is_listed else {}
                return {"config": config} if config else _AS_IT_IS
            case _:
                assert_never(topic)

    def _deleted(self, topic: DeletedTopic) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        if self._spec is not None and self._spec.is_absent:
            settings["state"] = "present"
        settings |= self._of_counts({name: getattr(topic, name) for name in _COUNTS})
        others = self._config.keys() - topic.config.keys() - topic.hidden
        former = {key: FormerValue(value, None) for key, value in topic.config.items()}
        config = self._of_config(former | {key: FormerValue(None, None) for key in others})
        return settings | ({"config": config} if config else {})

    def _of_counts(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Those of ``counts`` that the manifest wants otherwise; a topic that is listed without one takes any."""
        is_listed = self._spec is not None and not self._spec.is_absent
        wanted: Mapping[str, int | None] = {name: getattr(self._spec, name, None) for name in counts}
        for name, count in counts.items():
            source = self._spec.sources.get(name) if self._spec is not None else None
            if source is not None and source.layer == "variable" and wanted[name] != count:
                why = _VARIABLE.format(variable=source.origin, value=wanted[name])
                self.lacks.append(NotRestored(self._name, name, why))
        return {
            name: count
            for name, count in counts.items()
            if wanted[name] != count and not (is_listed and wanted[name] is None)
        }

    def _of_config(self, former: Mapping[str, FormerValue]) -> dict[str, str | None]:
        restored = {key: each for key, each in former.items() if (self._name, f"config.{key}") not in self._stays}
        values = {key: self._value(key, each) for key, each in sorted(restored.items())}
        return {key: value for key, value in values.items() if value is None or isinstance(value, str)}

    def _value(self, key: str, former: FormerValue) -> object:
        """What the patch sets ``key`` to: ``None`` removes the topic's own line of the manifest."""
        wanted = self._config.get(key)
        is_own = key not in self._lower
        if former.before is None and (wanted is None or is_own):
            return _AS_IT_IS if wanted is None else None
        value = former.inherited if former.before is None else former.before
        if value is None:
            why = _LACK.format(value=wanted)
            self.lacks.append(NotRestored(self._name, f"config.{key}", why))
            return _AS_IT_IS
        return _AS_IT_IS if wanted is not None and same_value(key, wanted, value) else value


def _is_restored(key: str, outcome: Outcome) -> bool:
    """Whether ``key`` is, or is planned to be, as it was; one without a change is so already, if the topic is there."""
    status = outcome.changes.get(f"config.{key}")
    if status is None:
        return bool(outcome.changes) or outcome.status is TopicStatus.UNCHANGED
    return status in _DONE
