"""Checks of topics that need no cluster: names, config keys, and values that conflict with each other.

Each rule is a function from a topic to its problems; every topic goes through every rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from reconciler.configs import CLIENT_SETTINGS, TOPIC_CONFIGS, hint_for_key
from reconciler.errors import Diagnostic
from reconciler.manifest.grouping import grouped
from reconciler.manifest.limits import MAX_BYTES, MAX_BYTES_OF_A_REQUEST, bytes_to_send
from reconciler.manifest.problems import error, warning
from reconciler.manifest.segments import segment_warnings
from reconciler.manifest.shapes import shapes
from reconciler.manifest.tiered_storage import tiered_storage
from reconciler.manifest.wording import RENDER
from reconciler.model import Policy, TopicSpec
from reconciler.printable import quoted

LONGEST_NAME = 249
_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_LONGEST_SHOWN = 40
# Vendors add keys of their own, which nothing is known about: no warning.
VENDOR_PREFIXES = ("confluent.", "redpanda.", "remote.log.msk.", "diskless.", "inkless.", "warpstream.")


def objections(topics: Sequence[TopicSpec], policy: Policy) -> list[Diagnostic]:
    """Every problem of ``topics``, in their order; a problem that several topics share is there once."""
    return grouped([*_objections(topics, policy)])


def _objections(topics: Sequence[TopicSpec], policy: Policy) -> Iterator[Diagnostic]:
    for topic in topics:
        yield from _name(topic)
        yield from _protection(topic, policy)
        if topic.is_absent:
            yield from _protected_absent(topic)
            continue
        yield from _size(topic)
        yield from _keys(topic)
        yield from _compaction_lag(topic)
        yield from tiered_storage(topic)
        yield from _availability(topic)
    yield from _collisions([topic for topic in topics if not topic.is_absent])
    yield from shapes(topics, policy)
    yield from segment_warnings(topics)


def is_topic_name(name: str) -> bool:
    """Whether Kafka allows ``name`` for a topic (``Topic.validate``)."""
    return _NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME and name not in {".", ".."}


def _name(topic: TopicSpec) -> Iterator[Diagnostic]:
    name = topic.name
    if is_topic_name(name):
        return
    if "{{" in name or "{%" in name:
        yield error(topic, "unrendered-template", f"{quoted(name)} looks like an unrendered template", RENDER)
        return
    shown = name if len(name) <= LONGEST_NAME else f"{name[:_LONGEST_SHOWN]}... ({len(name)} characters)"
    hint = f"use 1 to {LONGEST_NAME} characters from a-z A-Z 0-9 . _ -, but not just '.' or '..'"
    yield error(topic, "topic-name", f"invalid topic name {quoted(shown)}", hint)


def _collisions(topics: Sequence[TopicSpec]) -> Iterator[Diagnostic]:
    """Pairs that Kafka's metrics cannot tell apart (``Topic.hasCollision``)."""
    seen: dict[str, TopicSpec] = {}
    for topic in topics:
        first = seen.setdefault(topic.name.replace(".", "_"), topic)
        if first is not topic:
            message = f"{quoted(topic.name)} and {quoted(first.name)} differ only in . and _, so their metrics collide"
            hint = f"rename one of the two (the other is at {first.origin}); Kafka rejects the second at creation"
            yield warning(topic, "topic-name-collision", message, hint)


def _protection(topic: TopicSpec, policy: Policy) -> Iterator[Diagnostic]:
    for pattern in policy.protected_topics:
        if fnmatchcase(topic.name, pattern):
            yield error(
                topic,
                "protected-topic",
                f"topic {quoted(topic.name)} is protected: it matches {quoted(pattern)} in policy.protected_topics",
                "remove the topic from the manifest, or set policy.protected_topics without this pattern",
            )


def _protected_absent(topic: TopicSpec) -> Iterator[Diagnostic]:
    if topic.is_protected:
        message = f"topic {quoted(topic.name)} has state: absent, but it is protected ({topic.origin_of('protected')})"
        hint = "it is not deleted; set protected: false at the topic, or remove state: absent"
        yield warning(topic, "protected-topic-absent", message, hint, field="state")


def _size(topic: TopicSpec) -> Iterator[Diagnostic]:
    if len(topic.config) * (2 * MAX_BYTES + 10) < MAX_BYTES_OF_A_REQUEST:
        return  # so few keys fit, whatever their length
    size = bytes_to_send(topic.config)
    if size > MAX_BYTES_OF_A_REQUEST:
        message = f"the config of {quoted(topic.name)} takes {size:,} bytes in a request"
        message += f"; brokers accept at most {MAX_BYTES_OF_A_REQUEST:,} (socket.request.max.bytes)"
        yield error(topic, "config-too-large", message, "remove config keys of this topic, or shorten their values")


def _keys(topic: TopicSpec) -> Iterator[Diagnostic]:
    for key, value in topic.config.items():
        config = TOPIC_CONFIGS.get(key)
        if config is not None and config.removed_in is not None:
            message = f"{key} was removed in Kafka {config.removed_in}; newer brokers reject it"
            way_out = f"use {config.instead}" if config.instead is not None else "remove it; it has no replacement"
            yield warning(topic, "removed-config-key", message, way_out, field=f"config.{key}")
        elif config is not None and config.minimum_before_4 is not None:
            yield from _minimum_of_4(topic, key, int(value), int(config.minimum or 0))
        elif key in CLIENT_SETTINGS:
            message = f"{key} is a client setting, not a topic setting"
            hint = "remove it here and set it in the application"
            yield error(topic, "client-setting", message, hint, field=f"config.{key}")
        elif config is None and not key.startswith(VENDOR_PREFIXES):
            hint = hint_for_key(key, value) or "sent as it is; the broker may reject it"
            message = f"unknown topic config {quoted(key)}"
            yield warning(topic, "unknown-config-key", message, hint, field=f"config.{key}")


def _minimum_of_4(topic: TopicSpec, key: str, value: int, minimum: int) -> Iterator[Diagnostic]:
    """Measured: a broker of 4.1 or 4.4 that starts on 3.9 data with such a topic exits with a ConfigException."""
    if value < minimum:
        message = f"{key} {value} is below {minimum}, the minimum since Kafka 4.0; newer brokers reject it"
        hint = f"set at least {minimum}: after an upgrade to Kafka 4, a broker with such a topic does not start"
        yield warning(topic, "below-minimum-of-kafka-4", message, hint, field=f"config.{key}")


def _compaction_lag(topic: TopicSpec) -> Iterator[Diagnostic]:
    lowest, highest = (_number(topic, f"{end}.compaction.lag.ms") for end in ("min", "max"))
    if lowest is not None and highest is not None and lowest > highest:
        yield error(
            topic,
            "compaction-lag",
            f"min.compaction.lag.ms ({lowest}) is above max.compaction.lag.ms ({highest})",
            "lower min.compaction.lag.ms or raise max.compaction.lag.ms",
            field="config.min.compaction.lag.ms",
        )


def _availability(topic: TopicSpec) -> Iterator[Diagnostic]:
    needed, replicas = _number(topic, "min.insync.replicas"), topic.replication_factor
    if needed is None or replicas is None:
        return
    if needed > replicas:
        message = f"min.insync.replicas ({needed}) is above replication_factor ({replicas})"
        message += f"; Kafka 3.7 and newer treat it as {replicas}"
    elif needed == replicas > 1:
        message = f"min.insync.replicas ({needed}) equals replication_factor ({replicas})"
    else:
        return
    hint = f"set at most {max(replicas - 1, 1)}"
    if replicas > 1:
        hint += "; otherwise producers with acks=all fail while one broker is down"
    yield warning(topic, "min-insync-replicas", message, hint, field="config.min.insync.replicas")


def _number(topic: TopicSpec, key: str) -> int | None:
    text = topic.config.get(key)
    return int(text) if text is not None else None
