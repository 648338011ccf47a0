"""A plan reviewed, a cluster changed by others since, and then the apply of what was reviewed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.broker.another_client import SECONDS, AnotherClient
from tests.support.command import Finished, RunReconciler

WEEK, EIGHT_DAYS, THREE_DAYS = 604_800_000, 691_200_000, 259_200_000
FIFTY = 50

Run = Callable[..., Finished]


@pytest.fixture
def run(reconciler: RunReconciler, kafka: Sandbox) -> Run:
    def command(name: str, *more: str | Path) -> Finished:
        return reconciler(name, "--bootstrap-server", kafka.bootstrap_servers, *more)

    return command


@pytest.fixture
def topics(prefix: str, client: AnotherClient) -> Iterator[str]:
    """What the topics of one test begin with; they are gone after it."""
    yield prefix
    named = [name for name in client.admin.list_topics(timeout=SECONDS).topics if name.startswith(prefix)]
    for each in client.admin.delete_topics(named).values() if named else ():
        each.result(SECONDS)


def manifest(folder: Path, topics: dict[str, Any], **more: Any) -> None:
    """JSON is YAML, too."""
    (folder / "topics.yaml").write_text(json.dumps({"version": 1, **more, "topics": topics}))


def settings(retention: int, partitions: int = 1) -> dict[str, Any]:
    return {"partitions": partitions, "replication_factor": 1, "config": {"retention.ms": retention}}


def report(path: Path) -> Any:
    return json.loads(path.read_text())


def by_name(report: Any) -> dict[str, Any]:
    return {topic["name"]: topic for topic in report["topics"]}


def test_fifty_topics_of_which_three_were_changed_since(
    run: Run, topics: str, client: AnotherClient, tmp_path: Path
) -> None:
    names = [f"{topics}.{number:02}" for number in range(FIFTY)]
    old, new = names[:45], names[45:]
    manifest(tmp_path, {name: settings(WEEK) for name in old})
    assert run("apply", "--yes").code == 0
    manifest(tmp_path, {name: settings(EIGHT_DAYS) for name in names})
    assert run("plan", "--report", "plan.json").code == 0
    assert Counter(topic["status"] for topic in report(tmp_path / "plan.json")["topics"]) == {"planned": FIFTY}

    by_hand, recreated, done, *others = old
    client.set_config(by_hand, "retention.ms", str(THREE_DAYS))
    former = client.topic_id(recreated)
    client.delete(recreated)
    client.create(recreated, config={"retention.ms": str(WEEK)})
    client.set_config(done, "retention.ms", str(EIGHT_DAYS))

    finished = run("apply", "--plan", "plan.json", "--yes", "--report", "run.json")
    assert finished.code == 3
    found = report(tmp_path / "run.json")
    told = by_name(found)
    assert {name for name, topic in told.items() if topic["status"] == "applied"} == {*others, *new}
    assert len({*others, *new}) == 47
    assert told[by_hand]["status"] == told[recreated]["status"] == "stale"
    assert told[by_hand]["error"]["message"] == (
        "the topic was changed after the reviewed plan: retention.ms is 259200000 (3d), reviewed 604800000 (7d)"
    )
    assert told[by_hand]["recreated"] is None
    assert told[recreated]["error"]["message"] == (
        "the topic was deleted and created again after the reviewed plan: it is another topic"
    )
    assert told[recreated]["recreated"] == {"topic_id": former, "report": "plan.json"}
    assert (told[done]["action"], told[done]["status"], told[done]["found_done"]) == ("skip", "unchanged", True)
    summary = found["summary"]
    assert (summary["applied"], summary["stale"], summary["recreated"], summary["found_done"]) == (47, 2, 1, 1)
    last = finished.stdout.splitlines()[-1]
    assert last == "Apply: 47 topics applied, 1 unchanged (1 found done), 2 stale (1 recreated)."
    retention = {name: client.describe(name)["retention.ms"].value for name in names}
    assert retention == dict.fromkeys(names, str(EIGHT_DAYS)) | {by_hand: str(THREE_DAYS), recreated: str(WEEK)}


def test_consent_counts_while_the_topic_has_no_more_records(
    run: Run, topics: str, client: AnotherClient, tmp_path: Path
) -> None:
    same, grown = f"{topics}.same", f"{topics}.grown"
    manifest(tmp_path, {name: settings(WEEK) for name in (same, grown)})
    assert run("apply", "--yes").code == 0
    two_days_ago = int(time.time() * 1000) - 2 * 86_400_000
    for name in (same, grown):
        client.produce(name, [two_days_ago] * 5)
    manifest(tmp_path, {name: settings(86_400_000) for name in (same, grown)})
    assert run("plan", "--allow", f"data-loss={topics}*", "--report", "plan.json").code == 0
    (change,) = by_name(report(tmp_path / "plan.json"))[grown]["changes"]
    assert change["impact"]["records"] == 5

    client.produce(grown, [two_days_ago] * 2)
    assert run("apply", "--plan", "plan.json", "--yes", "--report", "run.json").code == 3
    told = by_name(report(tmp_path / "run.json"))
    assert (told[same]["status"], told[grown]["status"]) == ("applied", "refused")
    (applied,), (refused,) = told[same]["changes"], told[grown]["changes"]
    assert applied["consent"]["given_by"] == f"--allow data-loss={topics}*, reviewed in plan.json"
    assert refused["refusal"]["kind"] == "needs-consent"
    assert refused["refusal"]["reason"].startswith("the impact is larger than reviewed: 7 records, reviewed 5")
    assert client.describe(grown)["retention.ms"].value == str(WEEK)


def test_deletes_that_the_plan_shows_are_made_without_prune(
    run: Run, topics: str, client: AnotherClient, tmp_path: Path
) -> None:
    listed, unmanaged, absent, again = (f"{topics}.{each}" for each in ("listed", "unmanaged", "absent", "again"))
    wanted = {listed: settings(WEEK), absent: {"state": "absent"}, again: {"state": "absent"}}
    scope = {"include": [f"{topics}.*"]}
    for name in (unmanaged, absent, again):
        client.create(name)
    manifest(tmp_path, wanted, scope=scope)
    assert run("plan", "--prune", "--allow", "delete", "--report", "plan.json").code == 0

    new = f"{topics}.new"
    client.create(new)
    client.delete(again)
    client.create(again)
    assert run("apply", "--plan", "plan.json", "--yes", "--report", "run.json").code == 3
    told = by_name(report(tmp_path / "run.json"))
    assert {name: topic["status"] for name, topic in told.items()} == {
        listed: "applied",
        unmanaged: "applied",
        absent: "applied",
        again: "stale",
    }
    there = {name for name in (listed, unmanaged, absent, again, new) if client.exists(name)}
    assert there == {listed, again, new}
