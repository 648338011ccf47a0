"""Inherited values, where the brokers of a cluster may have different defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.configs import same_value
from reconciler.errors import Diagnostic, Severity
from reconciler.model import LiveTopic, Plan, TopicSpec, live_of


def inherited(desired: TopicSpec, live: LiveTopic) -> dict[str, str]:
    """The inherited values of the config keys that ``desired`` sets, the same whichever broker answered.

    A default counts as the desired value only where all brokers give it. Where they differ, the first other value by
    broker id counts as the one that the topic has now.
    """
    values = {key: live.inherited[key] for key in desired.config if key in live.inherited}
    for key in live.disputed.keys() & desired.config.keys():
        value = _differing(desired.config[key], key, live.disputed[key])
        if value is not None:
            values[key] = value
    return values


def _differing(wanted: str, key: str, values: Mapping[int, str | None]) -> str | None:
    others = [value for value in values.values() if not same_value(key, wanted, value)]
    return next((value for value in others if value is not None), None) if others else wanted


def differing_defaults(plan: Plan) -> Iterator[Diagnostic]:
    """One warning per config key that only some brokers give as wanted, so that it is set on the topics."""
    seen: dict[str, Mapping[int, str | None]] = {}
    for topic in plan.topics:
        live = live_of(topic)
        for key, values in (live.disputed if live is not None else {}).items():
            wanted = topic.desired.config.get(key)
            if wanted is not None and len({same_value(key, wanted, value) for value in values.values()}) > 1:
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
    return "unreadable" if value is None else value
