"""What two reports say of one cluster, and whether it is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.command import REPORT_SCHEMA

FINE = {"applied", "unchanged"}
IN_THE_WAY = {"stale", "failed", "refused"}
"""What may come of a topic that the other run wrote, too. A write that is overwritten at once is ``failed``, and a plan
that is made after the other run has more partitions is ``refused``."""
REFUSED, ERROR = 3, 1


@dataclass(frozen=True)
class Topic:
    """A topic as a bare client sees it."""

    topic_id: str
    partitions: int
    config: Mapping[str, str]

    def value(self, field: str) -> int | str | None:
        return self.partitions if field == "partitions" else self.config.get(field.removeprefix("config."))


@dataclass(frozen=True)
class Run:
    """An apply that has ended."""

    code: int
    report: Any
    said: str

    def topic(self, name: str) -> Any:
        return next((topic for topic in self.report["topics"] if topic["name"] == name), None)

    def wrote(self, name: str) -> bool:
        """Whether it sent something about the topic that a broker accepted, or that may have been carried out."""
        topic = self.topic(name)
        return topic is not None and any(
            attempt["error"] is None or attempt["found_applied"] for attempt in topic["attempts"]
        )

    def applied(self, name: str, field: str) -> Any:
        """What it says to have written to the field; ``None`` for nothing."""
        topic = self.topic(name)
        changes = topic["changes"] if topic is not None else []
        return next((each["after"] for each in changes if each["field"] == field and each["status"] == "applied"), None)

    def words(self) -> Iterator[str]:
        """What came of its topics, in short."""
        for topic in self.report["topics"]:
            is_found_done = any(change["found_done"] for change in topic["changes"])
            yield "found done" if is_found_done and topic["status"] == "applied" else topic["status"]


def untrue(runs: Sequence[Run], now: Mapping[str, Topic | None]) -> Iterator[str]:
    """What is not so."""
    for mine, other in (runs, runs[::-1]):
        yield from _of_the_whole(mine)
        for topic in mine.report["topics"]:
            yield from _of_topic(topic, other, now[topic["name"]])
    for name in now:
        attempts = [attempt for run in runs if (topic := run.topic(name)) for attempt in topic["attempts"]]
        creates = [each for each in attempts if each["operation"] == "create_topics" and each["error"] is None]
        if len(creates) > 1:
            yield f"{name}: created {len(creates)} times"


def _of_the_whole(run: Run) -> Iterator[str]:
    yield from (error.message for error in REPORT_SCHEMA.iter_errors(run.report))
    statuses = {topic["status"] for topic in run.report["topics"]}
    expected = 0 if statuses <= FINE else REFUSED if statuses <= {*FINE, "stale", "refused"} else ERROR
    if not run.code == run.report["run"]["exit_code"] == expected:
        yield f"exit code {run.code}, reported {run.report['run']['exit_code']}, of {sorted(statuses)}: {run.said}"
    if "Traceback" in run.said or "internal error" in run.said:
        yield run.said


def _of_topic(topic: Any, other: Run, now: Topic | None) -> Iterator[str]:
    name, status, is_shared = topic["name"], topic["status"], other.wrote(topic["name"])
    if status in IN_THE_WAY and not is_shared:
        yield f"{name}: {status}, and nobody else wrote it: {topic['error']}"
    is_deleted = status == "unknown" and now is None and is_shared  # after it was written, and before it was read back
    if status not in FINE | IN_THE_WAY and not is_deleted:
        yield f"{name}: {status}: {topic['error']}"
    if status in FINE and not is_shared:
        yield from _not_there(topic, now)
    for change in topic["changes"]:
        if change["status"] == "applied":
            yield from _lost(topic, change, other, now)
    if status == "applied" and now is not None and topic["action"] != "delete":
        read_back = topic["verification"]["topic_id"]
        if read_back != now.topic_id and not is_shared:
            yield f"{name}: has the id {now.topic_id}, reported {read_back}"


def _not_there(topic: Any, now: Topic | None) -> Iterator[str]:
    """What a topic that only this run wrote lacks of what it says."""
    if (now is None) != (topic["desired"] is None):
        yield f"{topic['name']}: {topic['status']}, and it is {'not ' * (now is None)}there"
    elif now is not None:
        for key, value in topic["desired"]["config"].items():
            if now.config.get(key) != value:
                yield f"{topic['name']}: {key} is {now.config.get(key)}, reported {value}"


def _lost(topic: Any, change: Any, other: Run, now: Topic | None) -> Iterator[str]:
    """A change that was applied and is not there, although the other run did not change it later."""
    name, field = topic["name"], change["field"]
    if field == "state":
        if now is not None and not other.wrote(name):
            yield f"{name}: deleted, and it is there"
        return
    if now is None:
        if not other.wrote(name):
            yield f"{name}: {field} applied, and the topic is gone"
        return
    value = now.value(field)
    if str(value) not in {str(change["after"]), str(other.applied(name, field))} and not _was_made_anew(name, other):
        yield f"{name}: {field} is {value}, reported {change['after']}"


def _was_made_anew(name: str, other: Run) -> bool:
    topic = other.topic(name)
    return topic is not None and topic["action"] == "create"
