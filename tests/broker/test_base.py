"""Mine and not mine: a plan compared with the target branch, and with a former run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.broker.another_client import AnotherClient
from tests.support.command import Finished

Command = Callable[..., Finished]


def sources(report: Any) -> dict[str, str]:
    """Where each create and each change comes from, as ``topic field``."""
    created = {topic["name"]: topic["source"] for topic in report["topics"] if topic["source"]}
    return created | {
        f"{topic['name']} {change['field'].removeprefix('config.')}": change["source"]
        for topic in report["topics"]
        for change in topic["changes"]
    }


def counts(report: Any) -> tuple[int, int, int]:
    summary = report["summary"]
    return summary["from_branch"], summary["merged_before"], summary["changed_on_cluster"]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"version: 1\n{text}")


def test_a_plan_tells_what_is_this_branchs(
    tmp_path: Path, prefix: str, plan: Command, client: AnotherClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, merged = f"{prefix}.old", f"{prefix}.new", f"{prefix}.merged"
    client.create(old, config={"max.message.bytes": "5000", "segment.ms": "3600000"})
    limit = 'config: {max.message.bytes: "${LIMIT}"}'
    write(tmp_path / "base/kafka/topics.yaml", f"topics: {{{old}: {{{limit}}}, {merged}: {{}}}}")
    ours = f"{old}: {{partitions: 2, {limit}}}, {merged}: {{}}, {new}: {{}}"
    write(tmp_path / "kafka/topics.yaml", f"topics: {{{ours}}}")
    write(tmp_path / "kafka/topics.prod.yaml", "x-same: {}")
    monkeypatch.setenv("LIMIT", "6000")
    arguments = ["kafka/topics.yaml", "--allow", "partition-increase", "--allow", "data-loss"]
    without = plan(*arguments).report
    assert {each["source"] for topic in without["topics"] for each in [topic, *topic["changes"]]} == {None}
    assert (counts(without), without["plan"]["base"]) == ((0, 0, 0), None)

    expected = {
        f"{old} partitions": "branch",
        f"{old} max.message.bytes": "cluster",
        f"{old} segment.ms": "cluster",
        new: "branch",
        merged: "merged",
    }
    digest = plan("base/kafka/topics.yaml").report["manifest"]["digest"]
    for base in ("base", "base/kafka", str(tmp_path / "base"), "base/kafka/topics.yaml"):
        told = plan(*arguments, "--base", base).report
        assert sources(told) == expected
        assert counts(told) == (2, 1, 1)
        assert told["plan"]["base"] == {"path": base, "digest": digest, "run_id": None, "since": None}
        assert told["plan"]["fingerprint"] == without["plan"]["fingerprint"]
        assert told["manifest"] == without["manifest"]
    monkeypatch.setenv("RECONCILER_BASE", "base")
    assert sources(plan(*arguments, "--only", new).report) == {new: "branch"}

    # The environment is new in this branch; so is the whole manifest, where the target branch has none.
    fresh = plan(*arguments, "-e", "prod")
    assert (fresh.code, set(sources(fresh.report).values())) == (0, {"branch"})
    assert fresh.report["plan"]["base"]["digest"] is None
    assert "info: no overlay for 'prod'; looked for base/kafka/topics.prod.yaml" in fresh.stderr
    (tmp_path / "base/.git").touch()
    (tmp_path / "base/kafka").rename(tmp_path / "base/other")
    fresh = plan(*arguments)
    assert set(sources(fresh.report).values()) == {"branch"}
    assert "info: base has no kafka/topics.yaml: all changes count as those of this branch" in fresh.stderr


def test_the_report_of_a_former_run_tells_what_was_changed_since(
    tmp_path: Path, prefix: str, plan: Command, apply: Command, client: AnotherClient
) -> None:
    lost, kept, grown = (f"{prefix}.{name}" for name in ("lost", "kept", "grown"))
    client.create(grown, partitions=2)
    topics = f"topics: {{{lost}: {{}}, {kept}: {{config: {{preallocate: true}}}}, {grown}: {{partitions: 1}}}}"
    write(tmp_path / "topics.yaml", topics)
    done = apply("--report", "base.json")
    assert (done.code, done.report["summary"]["applied"]) == (3, 2)

    client.delete(lost)
    client.set_config(kept, "preallocate", "false")
    client.set_config(kept, "segment.ms", "5000")
    told = plan("--base", "base.json", "--report", "told.txt")
    assert sources(told.report) == {
        lost: "cluster",
        f"{kept} preallocate": "cluster",
        f"{kept} segment.ms": "cluster",
        f"{grown} partitions": "merged",
    }
    assert told.report["plan"]["base"] == {
        "path": "base.json",
        "digest": told.report["manifest"]["digest"],
        "run_id": done.report["run"]["id"],
        "since": "base.json",
    }
    text = " ".join((tmp_path / "told.txt").read_text().split())
    assert " Changed on the cluster since base.json: 2 topics " in text
    assert text.endswith(
        " Compared with base.json: nothing from this branch, 1 merged before and not applied, "
        "2 changed on the cluster since base.json."
    )

    # With the manifest of the target branch as the base, a report of the last apply tells the same.
    inferred = sources(plan("--base", "topics.yaml").report)
    assert (inferred[lost], inferred[f"{grown} partitions"]) == ("merged", "cluster")
    both = plan("--base", "topics.yaml", "--baseline", "base.json").report
    assert sources(both) == sources(told.report)
    assert (both["plan"]["base"]["run_id"], both["plan"]["base"]["since"]) == (None, "base.json")

    of_prod = plan("-e", "prod", "--base", "base.json")
    assert of_prod.code == 1  # there is no such overlay, either
    assert "error: --base base.json: the report is of no environment, the plan of environment 'prod'" in of_prod.stderr
    report = json.loads((tmp_path / "base.json").read_text())
    report["cluster"]["id"] = "another"
    (tmp_path / "other.json").write_text(json.dumps(report))
    other = plan("--base", "other.json")
    assert other.code == 1
    assert "error: --base other.json: the report is of cluster 'another', the plan of '" in other.stderr
    assert other.report["plan"] is None


def test_a_base_that_cannot_be_read_is_an_error_beside_those_of_the_manifest(tmp_path: Path, plan: Command) -> None:
    write(tmp_path / "topics.yaml", "topics: {a: {partitions: 0}}")
    write(tmp_path / "base/topics.yaml", "topics: {a: {partitions: -5}, b: {config: {no.such: 1}}}")
    done = plan("--base", "base")
    assert done.code == 1
    assert "topics.yaml:2:26: error: " in done.stderr
    assert "base/topics.yaml:2:26: error: " in done.stderr
    assert "no.such" not in done.stderr  # warnings are the target branch's own
    write(tmp_path / "topics.yaml", "topics: {a: {partitions: 1}}")
    assert "base/topics.yaml:2:26: error: " in plan("--base", "base").stderr
    (tmp_path / "r.json").write_text("{")
    (tmp_path / "empty").mkdir()
    for base, words in {
        "missing": "error: --base missing: no such file or directory\n  give a checkout of the target branch",
        "missing.json": "error: cannot read the report missing.json: No such file or directory",
        "r.json": "r.json:1:2: error: the file is incomplete",
        "empty": "error: --base empty: empty: no *.yaml or *.yml file in this directory",
    }.items():
        done = plan("--base", base)
        assert (done.code, words in done.stderr) == (1, True), done.stderr
    failed = plan("missing.yaml", "--report", "failed.json")
    assert failed.code == 1
    words = "error: failed.json: the report has no plan to compare with: it is of plan, with the status failed"
    assert words in plan("--base", "failed.json").stderr


def test_without_changes_that_is_said(tmp_path: Path, prefix: str, plan: Command, client: AnotherClient) -> None:
    client.create(prefix)
    write(tmp_path / "topics.yaml", f"topics: {{{prefix}: {{}}}}")
    plan("--base", "topics.yaml", "--report", "plan.txt")
    text = (tmp_path / "plan.txt").read_text()
    assert text.endswith("\nIn sync: 0 to create, 0 to change, 1 unchanged.\nCompared with topics.yaml: no changes.\n")
