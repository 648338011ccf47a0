"""A comparison as JSON."""

from __future__ import annotations

from typing import Any

import orjson

from reconciler.plan.comparison import Comparison, Different, Given, NotCompared, Side, Value
from reconciler.printable import escaped_json

FORMAT_VERSION = "1.0"
"""Later minor versions may have more keys."""


def render(comparison: Comparison) -> str:
    """The document: every key is always there, and every list is sorted by topic."""
    document = {
        "format_version": FORMAT_VERSION,
        "equal": comparison.are_equal,
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "only_in_a": comparison.only_in_a,
        "only_in_b": comparison.only_in_b,
        "different": [_different(each) for each in comparison.different],
        "not_compared": [_not_compared(each) for each in comparison.not_compared],
        "beyond_report": comparison.beyond_report,
    }
    return escaped_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()) + "\n"


def _side(side: Side) -> dict[str, Any]:
    return {"kind": side.kind, "label": side.label, "topics": len(side.topics)}


def _different(each: Different) -> dict[str, Any]:
    return {"topic": each.topic, "field": each.field, "a": _value(each.a), "b": _value(each.b)}


def _value(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value.content, "inherited": value.given is Given.INHERITED}


def _not_compared(each: NotCompared) -> dict[str, Any]:
    return {"topic": each.topic, "field": each.field, "reason": each.reason}
