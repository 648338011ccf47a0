"""A report and a cluster against what was expected: each check yields what differs, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.expected import CREATE, Cluster, Expected, Why
from tests.oracle.state import Live
from tests.oracle.verdicts import same

_VERDICTS = {"impossible": "impossible", "broker": "impossible", "needs-consent": "risky", "protected": "risky"}


def report_differs(expected: Mapping[str, Expected], report: Any, *, is_apply: bool) -> Iterator[str]:
    """What is wrong with the report of a plan or an apply."""
    topics = {topic["name"]: topic for topic in report["topics"]}
    if topics.keys() != expected.keys():
        yield f"topics in the report {sorted(topics)}, expected {sorted(expected)}"
        return
    for name, each in expected.items():
        yield from (f"{name}: {wrong}" for wrong in _topic_differs(each, topics[name], is_apply=is_apply))
    exit_code = 3 if any(each.refused for each in expected.values()) else 0
    if report["run"]["exit_code"] != exit_code:
        yield f"exit code {report['run']['exit_code']}, expected {exit_code}: {report['diagnostics']}"


def unmanaged_differs(expected: Cluster, report: Any) -> Iterator[str]:
    """What is wrong with the unmanaged topics in a report."""
    listed = {topic["name"]: topic for topic in report["unmanaged"]}
    if listed.keys() != expected.keys():
        yield f"unmanaged in the report {sorted(listed)}, expected {sorted(expected)}"
        return
    for name, live in expected.items():
        found = Live(partitions=listed[name]["partitions"], overrides=listed[name]["config"])
        if not _is_alike(live, found):
            yield f"unmanaged {name} is {found}, expected {live}"


def cluster_differs(wanted: Cluster, found: Cluster) -> Iterator[str]:
    """What is not on the cluster as it has to be; records are not compared."""
    if wanted.keys() != found.keys():
        yield f"missing {sorted(wanted.keys() - found.keys())}, too many {sorted(found.keys() - wanted.keys())}"
    for name in wanted.keys() & found.keys():
        if not _is_alike(wanted[name], found[name]):
            yield f"{name} is {found[name]}, expected {wanted[name]}"


def nothing_was_written(report: Any) -> Iterator[str]:
    """What an apply sent that had nothing to do."""
    for topic in report["topics"]:
        if topic["attempts"]:
            yield f"{topic['name']} was written again: {topic['attempts']}"


def _topic_differs(expected: Expected, topic: Any, *, is_apply: bool) -> Iterator[str]:
    status = expected.status if is_apply or expected.status != "applied" else "planned"
    if (topic["action"], topic["status"]) != (expected.action, status):
        found = f"{topic['action']} {topic['status']}, expected {expected.action} {status}: {topic['error']}"
        yield f"{found}; changes {topic['changes']}"
        return
    if expected.action == CREATE:
        refusal = topic["refusal"]["kind"] if topic["refusal"] else None
        if expected.refused and refusal != expected.refused[CREATE].obstacle:
            yield f"not refused as {expected.refused[CREATE]}: {topic['refusal']}"
        return
    changes = {change["field"]: change for change in topic["changes"]}
    if changes.keys() != expected.made | expected.refused.keys():
        yield f"changes {changes}, expected {sorted(expected.made)}, refused {dict(expected.refused)}"
        return
    for field in expected.made:
        if changes[field]["status"] != ("applied" if is_apply else "planned"):
            yield f"not made: {changes[field]}"
    for field, why in expected.refused.items():
        yield from _refusal_differs(why, changes[field])


def _refusal_differs(why: Why, change: Any) -> Iterator[str]:
    kind = change["consent"]["kind"] if change["consent"] else None
    is_right = (
        change["status"] == "refused"
        and change["refusal"]["kind"] == why.obstacle
        and change["verdict"] == _VERDICTS.get(why.obstacle, change["verdict"])
        and why.kind in (None, kind)
    )
    if not is_right:
        yield f"not refused as {why}: {change}"


def _is_alike(one: Live, other: Live) -> bool:
    keys = one.overrides.keys()
    return (
        one.partitions == other.partitions
        and keys == other.overrides.keys()
        and all(same(key, one.overrides[key], other.overrides[key]) for key in keys)
    )
