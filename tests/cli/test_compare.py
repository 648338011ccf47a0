"""What the words of ``compare`` mean, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Finished, RunReconciler
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

MANIFEST = "version: 1\ntopics:\n  orders: {partitions: 1, config: {retention.ms: 1d}}\n  payments: {partitions: 1}\n"
LIVE = {"orders": Topic(partitions=2, config={"retention.ms": "86400000"}), "extra": Topic()}
NOWHERE = "127.0.0.1:1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    (tmp_path / "topics.dev.yaml").write_text("topics: {payments: null}\n")
    (tmp_path / "topics.prod.yaml").write_text("topics: {orders: {partitions: 6}}\n")
    return tmp_path


def told(done: Finished) -> Any:
    assert done.code in {0, 2}, done.stderr
    return json.loads(done.stdout)


def differences(done: Finished) -> set[tuple[str, str, Any, Any]]:
    """Topic, field, and the two values."""
    values = [
        (each, each["a"] and each["a"]["value"], each["b"] and each["b"]["value"]) for each in told(done)["different"]
    ]
    return {(each["topic"], each["field"], a, b) for each, a, b in values}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("dev", "prod"), ("env:dev", "env:prod"), ("env:dev", "prod")])
def test_environments_of_the_manifest(words: tuple[str, str], reconciler: RunReconciler) -> None:
    done = reconciler("compare", *words, "-o", "json")
    document = told(done)
    assert document["a"] == {"kind": "manifest", "label": "environment dev of topics.yaml", "topics": 1}
    assert (document["equal"], document["only_in_a"], document["only_in_b"]) == (False, [], ["payments"])
    assert differences(done) == {("orders", "partitions", 1, 6)}


@pytest.mark.usefixtures("folder")
def test_the_exit_code_tells_differences_only_where_that_is_asked_for(reconciler: RunReconciler) -> None:
    assert reconciler("compare", "dev", "prod").code == 0
    assert reconciler("compare", "dev", "prod", "--detailed-exitcode").code == 2
    same = reconciler("compare", "dev", "dev", "--detailed-exitcode", "-q")
    assert (same.code, same.stdout) == (0, "No differences: 1 topic in both.\n")


def test_another_manifest_gets_the_overlay_of_the_environment(folder: Path, reconciler: RunReconciler) -> None:
    (folder / "main").mkdir()
    (folder / "main/topics.yaml").write_text(MANIFEST)
    (folder / "main/topics.prod.yaml").write_text("topics: {orders: {partitions: 12}}\n")
    for other in ("main/topics.yaml", "file:main/topics.yaml"):
        assert differences(reconciler("compare", "topics.yaml", other, "-o", "json")) == set()
        done = reconciler("compare", "topics.yaml", other, "-e", "prod", "-o", "json")
        assert differences(done) == {("orders", "partitions", 6, 12)}


def test_a_word_that_means_two_things_needs_a_prefix(folder: Path, reconciler: RunReconciler) -> None:
    (folder / "prod").write_text(MANIFEST)
    done = reconciler("compare", "dev", "prod")
    assert (done.code, done.stdout) == (64, "")
    assert "'prod' is both an environment and a file" in done.stderr
    assert "write env:prod or file:prod" in done.stderr
    assert differences(reconciler("compare", "file:prod", "env:prod", "-o", "json")) == {("orders", "partitions", 1, 6)}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("prodd", "'prodd' is not an environment, a manifest, a report (.json), HOST:PORT, or the word cluster"),
        ("cluster:prodd", "cluster:prodd: 'prodd' is not HOST:PORT, an environment or a file"),
        ("cluster", "no cluster: give --bootstrap-server HOST:PORT"),
        ("kafka:99999", "has no valid port"),
    ],
)
def test_a_word_that_means_nothing_is_wrong_usage(word: str, words: str, reconciler: RunReconciler) -> None:
    done = reconciler("compare", "dev", word)
    assert done.stdout == ""
    assert done.code in {1, 64}
    assert words in done.stderr


@pytest.mark.usefixtures("folder")
def test_the_errors_of_both_sides_are_told(reconciler: RunReconciler) -> None:
    done = reconciler("compare", "env:nowhere", "report:no.json")
    assert (done.code, done.stdout) == (1, "")
    assert "no overlay for 'nowhere'" in done.stderr
    assert "cannot read the report no.json" in done.stderr


@pytest.mark.parametrize("how", ["address", "option", "properties", "environment"])
def test_a_cluster_is_named_in_each_way(how: str, folder: Path, reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        servers = kafka.bootstrap_servers
        (folder / "blue.properties").write_text(f"bootstrap.servers={servers}\n")
        (folder / "topics.live.yaml").write_text(f"cluster: {{bootstrap_servers: '{servers}', id: fake-kafka}}\n")
        words = {"address": servers, "option": "cluster", "properties": "cluster:blue.properties"}
        option = ["--bootstrap-server", servers if how == "option" else NOWHERE]
        done = reconciler("compare", "topics.yaml", words.get(how, "cluster:live"), *option, "-o", "json")
        assert {each.api for each in kafka.requests} <= {"metadata", "describe_configs"}
    document = told(done)
    assert document["b"]["kind"] == "cluster"
    assert differences(done) == {("orders", "partitions", 1, 2)}
    assert (document["only_in_a"], document["only_in_b"]) == (["payments"], ["extra"])


@pytest.mark.parametrize("cluster_id", ["fake-kafka", "another"])
def test_the_word_cluster_means_that_of_the_manifest_where_nothing_else_names_one(
    cluster_id: str, folder: Path, reconciler: RunReconciler
) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        reference = f"cluster: {{bootstrap_servers: '{kafka.bootstrap_servers}', id: {cluster_id}}}\n"
        (folder / "topics.yaml").write_text(f"{MANIFEST}{reference}")
        done = reconciler("compare", "cluster", "dev")
    assert (kafka.bootstrap_servers in done.stdout) is (cluster_id == "fake-kafka")
    assert ("wrong cluster" in done.stderr) is (cluster_id == "another")


def test_the_cluster_of_an_environment_is_that_of_the_manifest(folder: Path, reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        (folder / "topics.prod.yaml").write_text(f"cluster: {{bootstrap_servers: '{kafka.bootstrap_servers}'}}\n")
        (folder / "client.properties").write_text(f"bootstrap.servers={NOWHERE}\n")
        more = ("--command-config", "client.properties", "-X", f"bootstrap.servers={NOWHERE}")
        done = reconciler("compare", "topics.yaml", "cluster:prod", *more, env={"KAFKA_BOOTSTRAP_SERVERS": NOWHERE})
        assert kafka.bootstrap_servers in done.stdout
        other = reconciler("compare", "topics.yaml", "cluster:dev", *more)
    assert (other.code, other.stdout) == (64, "")
    assert "cluster:dev: the manifest names no cluster in this environment" in other.stderr


@pytest.mark.usefixtures("folder")
def test_two_clusters_are_compared_and_only_chosen_topics_read(reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as blue, FakeKafka(topics={"orders": Topic(partitions=3), "other": Topic()}) as green:
        words = ("compare", f"cluster:{blue.bootstrap_servers}", green.bootstrap_servers, "-o", "json")
        done, fewer = reconciler(*words), reconciler(*words, "--only", "orders")
        assert blue.received("describe_configs")[-1].topics == ("orders",)
    assert ("orders", "partitions", 2, 3) in differences(done)
    assert (told(done)["only_in_a"], told(done)["only_in_b"]) == (["extra"], ["other"])
    assert (told(fewer)["only_in_a"], told(fewer)["only_in_b"]) == ([], [])


@pytest.mark.usefixtures("folder")
def test_a_report_is_the_cluster_as_its_run_left_it(reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        server = ("--bootstrap-server", kafka.bootstrap_servers)
        assert reconciler("plan", *server, "--report", "then.json").code == 3  # fewer partitions are impossible
        assert told(reconciler("compare", "then.json", "cluster", *server, "-o", "json"))["equal"]
        kafka.topics = {"orders": Topic(partitions=4, config={"retention.ms": "1000"}), "payments": Topic()}
        now = reconciler("compare", "report:then.json", "cluster", *server, "-o", "json")
    assert differences(now) == {
        ("orders", "partitions", 2, 4),
        ("orders", "config.retention.ms", "86400000", "1000"),
    }
    assert told(now)["only_in_b"] == ["payments"]


@pytest.mark.usefixtures("folder")
def test_a_report_without_a_cluster_cannot_be_compared(reconciler: RunReconciler) -> None:
    reconciler("validate", "--report", "v.json")
    done = reconciler("compare", "v.json", "dev")
    assert (done.code, done.stdout) == (1, "")
    assert "v.json: the report tells nothing of a cluster" in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_topic_that_cannot_be_read_fails_the_comparison(reconciler: RunReconciler) -> None:
    with FakeKafka(Fault(api="describe_configs", topics=["orders"], error=29, times=None), topics=LIVE) as kafka:
        done = reconciler("compare", "prod", kafka.bootstrap_servers, "-o", "json", "--detailed-exitcode")
    assert done.code == 1
    assert json.loads(done.stdout)["not_compared"] == [{"topic": "orders", "field": None, "reason": "unreadable"}]
    assert "error: the cluster does not show topic 'orders'" in done.stderr


@pytest.mark.usefixtures("folder")
def test_only_that_matches_nothing_is_wrong_usage(reconciler: RunReconciler) -> None:
    done = reconciler("compare", "dev", "prod", "--only", "nothing.*")
    assert (done.code, done.stdout) == (64, "")
    assert "--only nothing.*: no topic of A or B matches" in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_warning_of_the_manifest_is_told_once(tmp_path: Path, reconciler: RunReconciler) -> None:
    (tmp_path / "topics.yaml").write_text(f"{MANIFEST}  odd: {{config: {{no.such.key: 1}}}}\n")
    assert reconciler("compare", "dev", "prod").stderr.count("warning") == 1
    assert reconciler("compare", "dev", "prod", "-q").stderr == ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("typed", "expected"), [("pr", "prod"), ("clu", "cluster"), ("topics", "file")])
def test_environments_and_files_are_completed(typed: str, expected: str, reconciler: RunReconciler) -> None:
    environment = {
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": f"reconciler compare dev {typed}",
        "COMP_CWORD": "3",
    }
    done = reconciler(env=environment)
    assert (done.code, expected in done.stdout) == (0, True)
