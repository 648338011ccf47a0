"""``allow``: consent to risky changes, written in a layer of a topic's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping, string, whole_number
from reconciler.manifest.wording import shown
from reconciler.model import Consent, RiskKind


def consents_of(allow: Node) -> Iterator[Consent]:
    """The consents that the list ``allow`` gives; items that the schema rejects are skipped."""
    for item in _items(allow):
        settings = mapping(item) or {"kind": item}
        kind = string(settings.get("kind"))
        if kind not in list(RiskKind):
            continue
        yield Consent(
            kind=RiskKind(kind),
            given_by=str(item.location),
            up_to=whole_number(settings.get("up_to")),
            until=_date(settings.get("until")),
            reason=string(settings.get("reason")),
        )


def consent_problems(document: Node, today: date | None) -> Iterator[Diagnostic]:
    """Errors for dates that do not exist, and warnings for consents that ended before ``today``."""
    sections = mapping(document)
    layers: list[tuple[str | None, Node | None]] = [(None, sections.get("defaults"))]
    layers += [(None, profile) for profile in mapping(sections.get("profiles")).values()]
    layers += [*mapping(sections.get("topics")).items()]
    for topic, layer in layers:
        for item in _items(mapping(layer).get("allow")):
            yield from _problems(mapping(item), topic, today)


def _problems(consent: Mapping[str, Node], topic: str | None, today: date | None) -> Iterator[Diagnostic]:
    node = consent.get("until")
    if node is None or not _DATE.fullmatch(string(node) or ""):
        return  # the schema objects
    until = _date(node)
    if until is None:
        yield Diagnostic(
            severity=Severity.ERROR,
            code="wrong-value",
            message=f"{shown(node)} is not a date",
            hint="write the last day on which the consent counts, such as 2026-12-31",
            topic=topic,
            origin=node.location,
        )
    elif today is not None and until < today:
        kind = consent["kind"].text if "kind" in consent else "this"
        yield Diagnostic(
            severity=Severity.WARNING,
            code="consent-ended",
            message=f"the consent to {kind} ended on {until}",
            hint="remove it, or set a later date if it is still needed",
            topic=topic,
            origin=node.location,
        )


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _items(allow: Node | None) -> list[Node]:
    return allow.value if allow is not None and isinstance(allow.value, list) else []


def _date(node: Node | None) -> date | None:
    try:
        return date.fromisoformat(string(node) or "")
    except ValueError:
        return None
