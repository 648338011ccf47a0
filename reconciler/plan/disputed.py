"""Defaults in which the brokers of a cluster differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.model import Plan, live_of


def differing_defaults(plan: Plan) -> Iterator[Diagnostic]:
    """One warning a key that some brokers give as wanted and others do not, so that it is set on the topics."""
    seen: dict[str, Mapping[int, str | None]] = {}
    for topic in plan.topics:
        live = live_of(topic)
        for key, values in (live.disputed if live is not None else {}).items():
            seen.setdefault(key, values)
    for key, values in sorted(seen.items()):
        told = ", ".join(f"{_words(value)} on broker {node}" for node, value in values.items())
        yield Diagnostic(
            severity=Severity.WARNING,
            code="brokers-disagree",
            message=f"the brokers have different defaults for {key}: {told}",
            hint="the value is set on the topics of the manifest; to inherit it, give all brokers the same default",
        )


def _words(value: str | None) -> str:
    return "none that could be read" if value is None else value
