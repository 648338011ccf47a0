"""``KAFKA_TOPIC_<ENV_KEY>_PARTITIONS`` and ``…_REPLICATION_FACTOR`` (or ``…_REPLICATION``) override counts.

An empty variable counts as not set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from reconciler.errors import Diagnostic, Severity, Variable
from reconciler.manifest.limits import MAX_COUNTS
from reconciler.model import Source, TopicSpec
from reconciler.printable import quoted, unmistakable

_START = "KAFKA_TOPIC_"
_FIELDS = {
    "PARTITIONS": "partitions",
    "REPLICATION_FACTOR": "replication_factor",
    "REPLICATION": "replication_factor",
}
_NAME = re.compile(rf"{_START}(?P<key>.+)_(?P<what>{'|'.join(_FIELDS)})")
_BROKER_DEFAULT = "-1"
_MAX_DIGITS = 10


@dataclass(frozen=True, slots=True)
class _Setting:
    variable: Variable
    key: str
    field: str
    text: str

    @property
    def count(self) -> int | None:
        return None if self.text == _BROKER_DEFAULT else int(self.text)


def env_key(topic: str, explicit: str | None) -> str:
    """The key of a topic: its ``env_key``, or its name in capitals with ``_`` for all but letters and digits."""
    return explicit.upper() if explicit is not None else re.sub(r"[^A-Z0-9]", "_", topic.upper())


def with_variables(
    topics: Sequence[TopicSpec], keys: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[list[TopicSpec], list[Diagnostic]]:
    """``topics`` with the counts from ``environ``; ``keys`` has the ``env_key`` of each topic by name.

    A variable that matches no topic or has a misspelt ending is a warning. A variable that matches several topics or
    is not a count is an error, and so are two variables that contradict each other.
    """
    result = {topic.name: topic for topic in topics}
    given: dict[tuple[str, str], _Setting] = {}
    problems = list(_near_misses(environ, frozenset(keys.values())))
    for setting in _settings(environ):
        names = [name for name, key in keys.items() if key == setting.key]
        problem = _objection(setting, names, keys)
        if problem is None:
            problem = _contradiction(given.setdefault((names[0], setting.field), setting), setting, names[0])
        if problem is not None:
            problems.append(problem)
            continue
        topic = result[names[0]]
        sources = {**topic.sources, setting.field: Source("variable", setting.variable)}
        changed = {setting.field: setting.count}
        result[topic.name] = replace(topic, **changed, sources=sources)  # type: ignore[arg-type]  # the field is a name
    return list(result.values()), problems


def _settings(environ: Mapping[str, str]) -> Iterator[_Setting]:
    for name in sorted(environ):
        match = _NAME.fullmatch(name)
        text = environ[name].strip()
        if match is not None and text:
            yield _Setting(Variable(name), match["key"].upper(), _FIELDS[match["what"]], text)


def _near_misses(environ: Mapping[str, str], keys: frozenset[str]) -> Iterator[Diagnostic]:
    """Warnings for variables of a topic with a misspelt ending; others may belong to other programs."""
    for name in sorted(environ):
        if not name.startswith(_START) or _NAME.fullmatch(name) or not environ[name].strip():
            continue
        words = name.removeprefix(_START).split("_")
        for count in range(1, len(words)):
            key, end = "_".join(words[:count]), "_".join(words[count:])
            close = get_close_matches(end.upper(), _FIELDS, n=1, cutoff=0.7)
            if key.upper() in keys and close:
                yield Diagnostic(
                    severity=Severity.WARNING,
                    code="unknown-variable",
                    message=f"environment variable {unmistakable(name)} has no effect",
                    hint=f"did you mean {_START}{key}_{close[0]}?",
                    origin=Variable(name),
                )


def _contradiction(first: _Setting, second: _Setting, topic: str) -> Diagnostic | None:
    if first.count == second.count:
        return None
    return Diagnostic(
        severity=Severity.ERROR,
        code="contradicting-variables",
        message=f"{first.variable}={first.text} contradicts {second.variable}={second.text}: both set {second.field}",
        hint="unset one of the two",
        topic=topic,
        origin=second.variable,
    )


def _objection(setting: _Setting, names: Sequence[str], keys: Mapping[str, str]) -> Diagnostic | None:
    if not names:
        close = get_close_matches(setting.key, keys.values(), n=1)
        return Diagnostic(
            severity=Severity.WARNING,
            code="variable-without-topic",
            message=f"environment variable {setting.variable} matches no topic in the manifest",
            hint=f"did you mean {setting.variable.name.replace(setting.key, close[0])}?"
            if close
            else "unset the variable, or correct its name",
        )
    if len(names) > 1:
        return Diagnostic(
            severity=Severity.ERROR,
            code="ambiguous-variable",
            message=f"{setting.variable} is ambiguous: it matches {' and '.join(map(quoted, names))}",
            hint="give each of these topics its own env_key",
        )
    digits = re.fullmatch(rf"[0-9]{{1,{_MAX_DIGITS}}}", setting.text)
    if setting.text == _BROKER_DEFAULT or (digits and 1 <= int(setting.text) <= MAX_COUNTS[setting.field]):
        return None
    return Diagnostic(
        severity=Severity.ERROR,
        code="wrong-value",
        message=f"{setting.variable} must be a whole number from 1 to {MAX_COUNTS[setting.field]}, "
        f"or -1 for the broker default, not {quoted(setting.text)}",
        topic=names[0],
        origin=setting.variable,
    )
