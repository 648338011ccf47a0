"""``KAFKA_TOPIC_<ENV_KEY>_PARTITIONS`` and ``KAFKA_TOPIC_<ENV_KEY>_REPLICATION``: the last word on a topic's counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.errors import Diagnostic, Severity, Variable
from reconciler.manifest.limits import MOST
from reconciler.model import Source, TopicSpec

_NAME = re.compile(r"KAFKA_TOPIC_(?P<key>.+)_(?P<what>PARTITIONS|REPLICATION)")
_FIELDS = {"PARTITIONS": "partitions", "REPLICATION": "replication_factor"}
_BROKER_DECIDES = "-1"
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class _Setting:
    variable: Variable
    key: str
    field: str
    text: str


def env_key(topic: str, explicit: str | None) -> str:
    """The key of a topic: its own, or its name in capitals with ``_`` for all but letters and digits."""
    return explicit.upper() if explicit is not None else re.sub(r"[^A-Z0-9]", "_", topic.upper())


def with_variables(
    topics: Sequence[TopicSpec], keys: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[list[TopicSpec], list[Diagnostic]]:
    """``topics`` with the counts that ``environ`` has for them; ``keys`` are the topics' keys by name.

    A variable for no topic is a warning; one for several topics, or with no count in it, is an error.
    """
    result = {topic.name: topic for topic in topics}
    problems: list[Diagnostic] = []
    for setting in _settings(environ):
        names = [name for name, key in keys.items() if key == setting.key]
        problem = _objection(setting, names)
        if problem is not None:
            problems.append(problem)
            continue
        count = None if setting.text == _BROKER_DECIDES else int(setting.text)
        topic = result[names[0]]
        sources = {**topic.sources, setting.field: Source("variable", setting.variable)}
        changed = {setting.field: count}
        result[topic.name] = replace(topic, **changed, sources=sources)  # type: ignore[arg-type]  # the field is a name
    return list(result.values()), problems


def _settings(environ: Mapping[str, str]) -> Iterator[_Setting]:
    for name in sorted(environ):
        match = _NAME.fullmatch(name)
        if match is not None:
            yield _Setting(Variable(name), match["key"].upper(), _FIELDS[match["what"]], environ[name].strip())


def _objection(setting: _Setting, names: Sequence[str]) -> Diagnostic | None:
    if not names:
        message = f"{setting.variable} matches no topic of the manifest"
        return Diagnostic(severity=Severity.WARNING, code="variable-without-topic", message=message)
    if len(names) > 1:
        return Diagnostic(
            severity=Severity.ERROR,
            code="ambiguous-variable",
            message=f"{setting.variable} means {' and '.join(map(repr, names))} alike",
            hint="give each of them an env_key of its own",
        )
    digits = re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}", setting.text)
    if setting.text == _BROKER_DECIDES or (digits and 1 <= int(setting.text) <= MOST[setting.field]):
        return None
    return Diagnostic(
        severity=Severity.ERROR,
        code="wrong-value",
        message=f"{setting.variable} must be a whole number from 1 to {MOST[setting.field]}, "
        f"or -1 to let the broker decide, not {setting.text!r}",
        topic=names[0],
        origin=setting.variable,
    )
