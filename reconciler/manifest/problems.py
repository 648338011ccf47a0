"""Problems of a topic, at the place of the field that they are about."""

from __future__ import annotations

from reconciler.errors import Diagnostic, Origin, Severity
from reconciler.model import TopicSpec


def error(
    topic: TopicSpec, code: str, message: str, hint: str | None = None, *, field: str | None = None
) -> Diagnostic:
    """An error at the place of ``field``, or of the topic where the manifest does not set that."""
    place = _place(topic, field)
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, hint=hint, topic=topic.name, origin=place)


def warning(topic: TopicSpec, code: str, message: str, hint: str, *, field: str | None = None) -> Diagnostic:
    """A warning at the place of ``field``, or of the topic where the manifest does not set that."""
    place = _place(topic, field)
    return Diagnostic(severity=Severity.WARNING, code=code, message=message, hint=hint, topic=topic.name, origin=place)


def _place(topic: TopicSpec, field: str | None) -> Origin:
    return (topic.origin_of(field) if field is not None else None) or topic.origin
