"""A cluster after an undo against what it was before the runs that are undone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tests.oracle.expected import Cluster
from tests.oracle.verdicts import same, value_of

STATE = "state"
FOR_GOOD = frozenset({"protected", "impossible", "broker"})
"""Why an undo with every consent may refuse something."""


def not_undone(reports: Sequence[Any]) -> frozenset[tuple[str, str]]:
    """The topics and fields that the undos of ``reports`` refused."""
    changes = {
        (topic["name"], change["field"])
        for report in reports
        for topic in report["topics"]
        for change in topic["changes"]
        if change["status"] == "refused"
    }
    whole = {
        (topic["name"], STATE)
        for report in reports
        for topic in report["topics"]
        if topic["action"] == "create" and topic["status"] == "refused"
    }
    return frozenset(changes | whole)


def undo_differs(reports: Sequence[Any]) -> Iterator[str]:
    """What is wrong with reports of undos that had every consent, and that nobody came between."""
    for report in reports:
        told = {(each["topic"], each["field"]) for each in report["undo"]["not_restored"]}
        for topic in report["topics"]:
            kinds = {change["refusal"]["kind"] for change in topic["changes"] if change["refusal"]}
            kinds |= {topic["refusal"]["kind"]} if topic["refusal"] else set()
            if topic["status"] not in {"applied", "unchanged", "refused"} or not kinds <= FOR_GOOD:
                yield f"{topic['name']} is {topic['status']}, {sorted(kinds)}: {topic}"
            for change in topic["changes"]:
                if change["field"] == "partitions" and (topic["name"], "partitions") not in told:
                    yield f"it is not told that the partitions of {topic['name']} stay: {sorted(told)}"


def not_restored(
    before: Cluster, applied: Cluster, now: Cluster, refused: Collection[tuple[str, str]]
) -> Iterator[str]:
    """What of ``before``, which runs made ``applied`` of, is not there again; without what was ``refused``."""
    for name in sorted(before.keys() | now.keys()):
        if (name, STATE) in refused:
            continue
        former, found = before.get(name), now.get(name)
        if former is None or found is None:
            yield f"{name} is {found}, was {former}"
            continue
        left = applied.get(name)
        partitions = former.partitions if left is None else max(former.partitions, left.partitions)
        if found.partitions != partitions:
            yield f"{name} has {found.partitions} partitions, not {partitions}"
        for key in sorted(former.overrides.keys() | found.overrides.keys()):
            one, other = value_of(key, former.overrides), value_of(key, found.overrides)
            if not same(key, one, other) and (name, f"config.{key}") not in refused:
                yield f"{name}: {key} is {other or 'not set'}, was {one or 'not set'}"
