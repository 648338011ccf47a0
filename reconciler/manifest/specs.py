"""Topics that a program makes, checked and completed as if a manifest listed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from reconciler.errors import Diagnostic, Location, ManifestInvalid, Severity
from reconciler.manifest.load import desired_of
from reconciler.manifest.nodes import Node
from reconciler.manifest.schema import check
from reconciler.model import DesiredState, TopicSpec
from reconciler.printable import quoted


def desired_of_specs(
    specs: Iterable[TopicSpec], environ: Mapping[str, str], *, today: date | None = None
) -> DesiredState:
    """The desired state of ``specs``; config values may have units, as in a manifest.

    ``KAFKA_TOPIC_*`` variables in ``environ`` override counts. Raises ManifestInvalid with every error, each at the
    line that makes the topic.
    """
    specs = list(specs)
    document, problems = check(_document(specs), "topics")
    desired, more = desired_of(document, environ, today)
    found = list(dict.fromkeys([*_repetitions(specs), *problems, *more]))
    if any(problem.severity is Severity.ERROR for problem in found):
        raise ManifestInvalid(*found)
    return DesiredState(topics=desired.topics, diagnostics=found)


def _repetitions(specs: Iterable[TopicSpec]) -> Iterator[Diagnostic]:
    first: dict[str, TopicSpec] = {}
    for spec in specs:
        if first.setdefault(spec.name, spec) is not spec:
            yield Diagnostic(
                severity=Severity.ERROR,
                code="defined-twice",
                message=f"{quoted(spec.name)} is defined twice; first defined at {first[spec.name].origin}",
                hint="keep one of the two",
                topic=spec.name,
                origin=spec.origin,
            )


def _document(specs: Iterable[TopicSpec]) -> Node:
    topics = {spec.name: _node(_settings(spec), spec.origin) for spec in specs}
    place = next((node.location for node in topics.values()), Location("topics", 1, 1))
    return Node({"version": _node(1, place), "topics": Node(topics, place, place)}, place, place)


def _settings(spec: TopicSpec) -> dict[str, Any]:
    """The topic's settings as a manifest has them, without those that are not set."""
    settings = {
        "partitions": spec.partitions,
        "replication_factor": spec.replication_factor,
        "config": spec.config or None,
        "owner": spec.owner,
        "description": spec.description,
        "labels": spec.labels or None,
        "protected": spec.is_protected or None,
        "state": "absent" if spec.is_absent else None,
    }
    return {key: value for key, value in settings.items() if value is not None}


def _node(value: Any, place: Location) -> Node:
    """``value`` as a manifest has it, all of it at one place."""
    match value:
        case Mapping():
            return Node({str(key): _node(each, place) for key, each in value.items()}, place, place)
        case list() | tuple():
            return Node([_node(each, place) for each in value], place, place)
        case _:
            return Node(value, place, place, str(value))
