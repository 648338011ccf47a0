"""``waivers``: drift that the manifest accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping, string
from reconciler.manifest.wording import shown
from reconciler.model import Waiver
from reconciler.printable import quoted

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def waivers_of(document: Node) -> Iterator[Waiver]:
    """The waivers of the merged ``document``; items that the schema rejects are skipped."""
    for item in _items(document):
        settings = mapping(item)
        topic, reason = string(settings.get("topic")), string(settings.get("reason"))
        if topic is not None and reason is not None:
            yield Waiver(
                topic=topic,
                reason=reason,
                origin=item.location,
                field=string(settings.get("field")),
                owner=string(settings.get("owner")),
                expires=_date(settings.get("expires")),
            )


def waiver_problems(document: Node, today: date | None) -> Iterator[Diagnostic]:
    """Errors for dates that do not exist, and warnings for waivers that expired before ``today``."""
    for item in _items(document):
        node = mapping(item).get("expires")
        if node is None or not _DATE.fullmatch(string(node) or ""):
            continue  # the schema objects
        expires = _date(node)
        if expires is None:
            yield Diagnostic(
                severity=Severity.ERROR,
                code="wrong-value",
                message=f"{shown(node)} is not a date",
                hint="write the last day on which the waiver counts, such as 2026-12-31",
                origin=node.location,
            )
        elif today is not None and expires < today:
            yield Diagnostic(
                severity=Severity.WARNING,
                code="waiver-expired",
                message=f"the waiver for {_about(item)} expired on {expires}: its drift counts again",
                hint="correct the drift and remove the waiver, or set a later date",
                origin=node.location,
            )


def _about(item: Node) -> str:
    settings = mapping(item)
    topic, field = (string(settings.get(name)) for name in ("topic", "field"))
    return quoted(topic or "") + (f", {field}" if field else "")


def _items(document: Node) -> list[Node]:
    node = mapping(document).get("waivers")
    return node.value if node is not None and isinstance(node.value, list) else []


def _date(node: Node | None) -> date | None:
    try:
        return date.fromisoformat(string(node) or "")
    except ValueError:
        return None
