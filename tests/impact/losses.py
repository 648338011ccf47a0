"""What a plan predicts against what is lost: a number that is predicted is never below the real one."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.impact.cases import Case, Group, Presence
from tests.impact.cluster import BareCluster, Spans, committed
from tests.support.in_process import runner


class Underestimated(AssertionError):
    """Something was predicted wrongly."""


def run(cases: Sequence[Case], cluster: BareCluster, servers: str) -> Counter[str]:
    """Plan the changes of ``cases``, make them, count what is lost, and compare. Raises Underestimated.

    Returns how many records and unread records were predicted and lost, and for how many groups.
    """
    cluster.create(cases)
    with ExitStack() as stack:
        stack.callback(cluster.delete, cases)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        before = cluster.spans(cases)
        stack.enter_context(cluster.reading(cases, before))
        planned = _report(cases, folder, servers, "plan")
        applied = _report(cases, folder, servers, "apply", "--yes", "--allow", "data-loss")
        cluster.await_removal()
        after = cluster.spans(cases)
    wrong: list[str] = []
    account: Counter[str] = Counter()
    for case in cases:
        entry, done = planned[case.topic], applied[case.topic]
        if done["status"] not in ("applied", "unchanged"):
            wrong.append(f"{case.topic} is {done['status']}: {done['changes']}")
        account["cases"] += 1
        wrong += _wrong(case, entry, before[case.topic], after[case.topic], account)
    if wrong:
        raise Underestimated("\n  ".join(["", *wrong]))
    return account


def _report(cases: Iterable[Case], folder: Path, servers: str, command: str, *options: str) -> dict[str, Any]:
    topics = {case.topic: {"partitions": len(case.partitions), "config": dict(case.after)} for case in cases}
    (folder / "topics.yaml").write_text(json.dumps({"version": 1, "topics": topics}), encoding="utf-8")
    done = runner(folder)(command, *options, "--bootstrap-server", servers, "-o", "json")
    return {topic["name"]: topic for topic in done.report["topics"]}


def _wrong(case: Case, entry: Any, before: Spans, after: Spans, account: Counter[str]) -> Iterator[str]:
    impacts = [change["impact"] for change in entry["changes"] if change["impact"] is not None]
    lost = sum(after[number].begin - span.begin for number, span in before.items())
    predicted = _sum(impact["records"] for impact in impacts)
    records = sum(span.end - span.begin for span in before.values())
    account.update(
        {"records": records, "records lost": lost, "records predicted": predicted or 0, "with a loss": lost > 0}
    )
    if predicted is None or predicted < lost:
        yield f"{case.topic}: {lost} records lost, predicted {predicted}: {case}\n  {entry['changes']}"
    risky = [change["impact"] for change in entry["changes"] if change["verdict"] == "risky"]
    for group in case.groups:
        yield from (f"{case.topic}: {wrong}: {case}\n  {entry}" for wrong in _of(group, risky, before, after, account))


def _of(group: Group, impacts: Sequence[Any], before: Spans, after: Spans, account: Counter[str]) -> Iterator[str]:
    """What is wrong about ``group``: it is named, with its type, state, lag, and unread records lost."""
    offsets = committed(group, before)
    lost = sum(max(after[number].begin - offset, 0) for number, offset in offsets.items())
    if not impacts:
        if lost:
            yield f"{group.name} lost {lost}, but nothing was risky"
        return
    entries = [{each["group"]: each for each in impact["readers"] or ()}.get(group.name) for impact in impacts]
    if group.presence is Presence.GONE or (group.presence is Presence.EMPTY and not offsets):
        yield from (f"{group.name} is gone, and named" for entry in entries if entry is not None)
        return
    if None in entries:
        yield f"{group.name} is not named"
        return
    known = [entry for entry in entries if entry is not None]
    state = "stable" if group.presence is Presence.ACTIVE else "empty"
    lag = sum(before[number].end - offset for number, offset in offsets.items()) if offsets else None
    for entry in known:
        if (entry["type"], entry["state"], entry["lag"]) != (group.protocol, state, lag):
            yield f"{group.name} is {entry}, expected a {state} {group.protocol} group with a lag of {lag}"
    predicted = _sum(entry["unread_records_lost"] for entry in known) if offsets else 0
    account.update({"groups": 1, "unread lost": lost, "unread predicted": predicted or 0})
    if predicted is None or predicted < lost:
        yield f"{group.name} lost {lost} unread records, predicted {predicted}"


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)
