"""Topics that other software owns, recognised by name, and settings that stop it or lose its data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.errors import Diagnostic
from reconciler.manifest.problems import warning
from reconciler.model import Policy, TopicSpec
from reconciler.printable import quoted

_CONNECT = re.compile(
    r"(?P<worker>(?:.*[._-])?connect(?:[._-]cluster)?)[._-](?P<role>config|offset|status)(?:s|es)?"
    r"|(?P<mirror>mm2)-(?P<mirror_role>config|offset|status)s?\..+\.internal"
)
_SCHEMAS = "_schemas"
_REPARTITION = re.compile(r".+-repartition")
_CHANGELOG = re.compile(r".+-(KSTREAM|KTABLE)-.*-changelog")
"""With the names of operators: a topic named by people, such as ``orders-changelog``, may be anything."""
_MARKS = ("connect", "mm2-", _SCHEMAS, "-repartition", "-changelog", ".internal")
"""One of these is in each name that matches: most names are looked at no further."""
_MIRROR_INTERNAL = re.compile(r"mm2-offset-syncs\..+\.internal|(?P<source>.+)\.checkpoints\.internal")


def shapes(topics: Sequence[TopicSpec], policy: Policy) -> Iterator[Diagnostic]:
    """Warnings about ``topics`` that other software needs in another shape, or changes itself."""
    present = [topic for topic in topics if not topic.is_absent]
    marked = [topic for topic in present if any(mark in topic.name for mark in _MARKS)]
    for topic, role in _of_connect(marked):
        if role == "config":
            yield from _one_partition(topic, "Kafka Connect", "its config topic", "its workers do not start")
        yield from _compacted(topic, policy, "Kafka Connect", f"its {role} topic", "its workers do not start")
    for topic in marked:
        if topic.name == _SCHEMAS:
            yield from _one_partition(topic, "Schema Registry", "its topic", "it does not start")
            yield from _compacted(topic, policy, "Schema Registry", "its topic", "it does not start")
        elif _REPARTITION.fullmatch(topic.name):
            yield from _repartition(topic, policy)
        elif _CHANGELOG.fullmatch(topic.name):
            yield from _changelog(topic, policy)
    if any(_MIRROR_INTERNAL.fullmatch(topic.name) for topic in marked):
        yield from _mirrored(present)


def _of_connect(topics: Sequence[TopicSpec]) -> Iterator[tuple[TopicSpec, str]]:
    """The topics of Kafka Connect workers, with ``config``, ``offset`` or ``status``.

    ``device.connect.status`` may be somebody else's: a status topic counts beside another one of the same workers, or
    with the name from Kafka's own example.
    """
    found: dict[str, list[tuple[TopicSpec, str]]] = defaultdict(list)
    for topic in topics:
        match = _CONNECT.fullmatch(topic.name)
        if match is not None:
            workers = match["worker"] or topic.name.partition(".")[2]
            found[workers].append((topic, match["role"] or match["mirror_role"]))
    for workers, each in found.items():
        for topic, role in each:
            if role != "status" or len(each) > 1 or workers.endswith(".internal") or workers.strip("_") == "connect":
                yield topic, role


def _one_partition(topic: TopicSpec, software: str, which: str, otherwise: str) -> Iterator[Diagnostic]:
    if topic.partitions not in {None, 1}:
        message = f"{software} needs 1 partition in {which} {quoted(topic.name)}, not {topic.partitions}; {otherwise}"
        yield warning(topic, "shape", message, f"set partitions: 1{_UNLESS.format(software)}", field="partitions")


def _compacted(topic: TopicSpec, policy: Policy, software: str, which: str, otherwise: str) -> Iterator[Diagnostic]:
    value = topic.config.get("cleanup.policy")
    if value == "compact" or (value is None and _is_left_alone(topic, policy, "cleanup.policy")):
        return
    seen = value or "delete, the broker default"
    message = f"{software} needs cleanup.policy: compact for {which} {quoted(topic.name)}, not {seen}; {otherwise}"
    hint = f"set cleanup.policy: compact{_UNLESS.format(software)}"
    yield warning(topic, "shape", message, hint, field="config.cleanup.policy")


_UNLESS = ", or rename the topic if it does not belong to {}"


def _repartition(topic: TopicSpec, policy: Policy) -> Iterator[Diagnostic]:
    """Applications purge these topics themselves, so what retention removes was not processed."""
    key = "retention.ms"
    value, source = topic.config.get(key), topic.sources.get(f"config.{key}")
    if value == "-1" or (value is not None and source is not None and source.layer == "topic"):
        return
    if value is None and _is_left_alone(topic, policy, key):
        return
    seen = f"{key} {value}" if value is not None else f"the broker default of {key}"
    message = f"{quoted(topic.name)} looks like a repartition topic of Kafka Streams, which needs {key}: -1"
    message += f"; {seen} deletes records that the application has not processed"
    yield warning(topic, "shape", message, f"set {key}: -1 at the topic", field=f"config.{key}")


def _changelog(topic: TopicSpec, policy: Policy) -> Iterator[Diagnostic]:
    value = topic.config.get("cleanup.policy")
    if value is None and _is_left_alone(topic, policy, "cleanup.policy"):
        return
    if "compact" not in (value or ""):
        message = f"{quoted(topic.name)} looks like a changelog topic of Kafka Streams, which needs cleanup.policy: "
        message += f"compact, not {value or 'delete, the broker default'}; the application loses state that is older"
        hint = "set cleanup.policy: compact at the topic; for a window store, [compact, delete]"
        yield warning(topic, "shape", message, hint, field="config.cleanup.policy")


def _is_left_alone(topic: TopicSpec, policy: Policy, key: str) -> bool:
    """Whether an override that the software made on the cluster stays."""
    return not topic.names(key) and policy.leaves_alone(key)


def _mirrored(topics: Sequence[TopicSpec]) -> Iterator[Diagnostic]:
    """Topics that MirrorMaker 2 changes too. Its copies are known by the checkpoints of the cluster they are from."""
    internal = {topic.name: match for topic in topics if (match := _MIRROR_INTERNAL.fullmatch(topic.name))}
    for topic in topics:
        if topic.name in internal:
            message = f"{quoted(topic.name)} is an internal topic of MirrorMaker 2, which creates it itself"
            yield warning(topic, "another-writer", message, "leave it out of the manifest and of its scope")
    for source in sorted({match["source"] for match in internal.values() if match["source"]}):
        copies = [topic for topic in topics if topic.name.startswith(f"{source}.") and topic.name not in internal]
        if copies:
            message = f"another writer: MirrorMaker 2 copies the configs of {source}.* from the source cluster"
            message += f" every 10 minutes ({len(copies):,} topics, the first is {quoted(copies[0].name)})"
            hint = "leave the topics out of the manifest and of its scope"
            hint += ", or set sync.topic.configs.enabled=false in MirrorMaker 2"
            yield warning(copies[0], "another-writer", message, hint)
