"""Where values come from, what the cluster has, completion, and annotations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.command import PROJECT, RunReconciler
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

MANIFEST = """\
version: 1
defaults: {partitions: 1, config: {retention.ms: 1d}}
profiles:
  compacted: {config: {cleanup.policy: compact}}
topics:
  orders: {profile: compacted, replication_factor: 1, owner: team-a}
  orders.dlq: {env_key: dead, description: Where they end}
"""
OVERLAY = "topics: {orders: {config: {flush.ms: 1s}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    (tmp_path / "topics.prod.yaml").write_text(OVERLAY)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_explain_shows_layer_and_place_of_every_value(reconciler: RunReconciler) -> None:
    done = reconciler("explain", "orders", "-e", "prod", "-o", "json", env={"KAFKA_TOPIC_ORDERS_PARTITIONS": "5"})
    assert done.code == 0
    explained = {
        each["field"]: (each["value"], each["layer"], each["origin"]) for each in json.loads(done.stdout)["values"]
    }
    assert explained == {
        "partitions": (5, "variable", {"variable": "KAFKA_TOPIC_ORDERS_PARTITIONS"}),
        "replication_factor": (1, "topic", {"file": "topics.yaml", "line": 6, "column": 52}),
        "config.cleanup.policy": ("compact", "profile compacted", {"file": "topics.yaml", "line": 4, "column": 40}),
        "config.flush.ms": ("1000", "topic", {"file": "topics.prod.yaml", "line": 1, "column": 38}),
        "config.retention.ms": ("86400000", "defaults", {"file": "topics.yaml", "line": 2, "column": 50}),
        "owner": ("team-a", "topic", {"file": "topics.yaml", "line": 6, "column": 62}),
    }


def test_explain_shows_consents_protection_and_state_where_they_are_written(
    tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "topics.yaml").write_text(
        "version: 1\ndefaults: {protected: true, allow: [capacity]}\ntopics:\n"
        "  a: {state: absent, allow: [data-loss, {kind: delete, up_to: 5, until: 2999-12-31}]}\n  b: {}\n"
    )
    first, second = reconciler("explain", "a", "-o", "json"), reconciler("explain", "b", "-o", "json")
    values = {each["field"]: (each["value"], each["layer"]) for each in json.loads(first.stdout)["values"]}
    assert {field: value for field, value in values.items() if value[1] != "broker"} == {
        "allow": (["data-loss", {"kind": "delete", "up_to": 5, "until": "2999-12-31"}], "topic"),
        "protected": (True, "defaults"),
        "state": ("absent", "topic"),
    }
    fields = [each["field"] for each in json.loads(second.stdout)["values"]]
    assert fields == ["partitions", "replication_factor", "allow", "protected"]
    text = reconciler("explain", "a").stdout
    assert '["data-loss", {"kind": "delete", "up_to": 5, "until": "2999-12-31"}]' in text
    assert re.search(r"^protected +true +defaults +topics.yaml:2:23$", text, re.MULTILINE)


@pytest.mark.usefixtures("folder")
def test_explain_as_text(reconciler: RunReconciler) -> None:
    done = reconciler("explain", "orders.dlq", env={"KAFKA_TOPIC_DEAD_REPLICATION": "2"})
    assert done.stdout == (
        "orders.dlq  topics.yaml:7:3\n"
        "\n"
        "partitions           1               defaults  topics.yaml:2:24\n"
        "replication_factor   2               variable  KAFKA_TOPIC_DEAD_REPLICATION\n"
        "config.retention.ms  86400000        defaults  topics.yaml:2:50\n"
        "description          Where they end  topic     topics.yaml:7:44\n"
    )


def test_explain_shows_what_a_null_takes_away(tmp_path: Path, reconciler: RunReconciler) -> None:
    defaults = "defaults: {partitions: 1, replication_factor: 1, config: {retention.ms: 1d}}"
    (tmp_path / "topics.yaml").write_text(
        f"version: 1\n{defaults}\ntopics:\n  orders: {{config: {{retention.ms: null}}}}\n"
    )
    done = reconciler("explain", "orders", "-o", "json")
    assert json.loads(done.stdout)["values"][-1] == {
        "field": "config.retention.ms",
        "value": None,
        "layer": "topic",
        "origin": {"file": "topics.yaml", "line": 4, "column": 35},
        "live": None,
        "status": None,
    }
    line = reconciler("explain", "orders").stdout.splitlines()[-1]
    assert line == "config.retention.ms  (broker default)  topic     topics.yaml:4:35"


LIVE = {
    "orders": Topic(partitions=2, config={"cleanup.policy": "compact", "flush.ms": "7"}),
    "others": Topic(config={"retention.ms": "1000"}),
}
NOWHERE = "127.0.0.1:1"


def named_by(how: str, servers: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The options and the variables that name a cluster; a file in ``folder`` may do it, too."""
    if how == "manifest":
        text = (folder / "topics.yaml").read_text()
        (folder / "topics.yaml").write_text(f"{text}cluster: {{bootstrap_servers: '{servers}'}}\n")
    (folder / "client.properties").write_text(f"bootstrap.servers={servers}\n")
    options = {"option": ["--bootstrap-server", servers], "properties": ["--command-config", "client.properties"]}
    return options.get(how, []), {"KAFKA_BOOTSTRAP_SERVERS": servers} if how == "variable" else {}


@pytest.mark.parametrize("how", ["option", "properties", "variable", "manifest"])
def test_explain_also_shows_the_cluster_that_is_named(how: str, folder: Path, reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        options, variables = named_by(how, kafka.bootstrap_servers, folder)
        done = reconciler("explain", "orders", "-o", "json", *options, env=variables)
        offline = reconciler("explain", "orders", "--offline", *options, env=variables)
        assert {"create_topics", "incremental_alter_configs"}.isdisjoint(each.api for each in kafka.requests)
        kafka.requests.clear()
    document = json.loads(done.stdout)
    assert (document["in_manifest"], document["cluster"]["id"]) == (True, "fake-kafka")
    found = {each["field"]: (each["live"] and each["live"]["value"], each["status"]) for each in document["values"]}
    assert found == {
        "partitions": (2, "differs"),
        "replication_factor": (1, "equal"),
        "config.cleanup.policy": ("compact", "equal"),
        "config.flush.ms": ("7", "extra"),
        "config.retention.ms": ("604800000", "differs"),
        "owner": (None, None),
    }
    assert (offline.code, "cluster" in offline.stdout) == (0, False)


@pytest.mark.parametrize("how", ["option", "properties", "variable", "manifest"])
def test_offline_asks_no_cluster(how: str, folder: Path, reconciler: RunReconciler) -> None:
    options, variables = named_by(how, NOWHERE, folder)
    before = reconciler("explain", "orders.dlq", "--offline", *options, env=variables)
    assert (before.code, before.stderr) == (0, "")
    done = reconciler("explain", "orders.dlq", "--timeout", "0.1", *options, env=variables)
    assert (done.code, done.stdout) == (1, "")
    assert NOWHERE in done.stderr
    assert "info: --offline shows what the manifest sets, without the cluster" in done.stderr


@pytest.mark.usefixtures("folder")
def test_explain_tells_on_which_side_a_topic_is_missing(reconciler: RunReconciler) -> None:
    with FakeKafka(topics=LIVE) as kafka:
        servers = ("--bootstrap-server", kafka.bootstrap_servers)
        here, there = reconciler("explain", "orders.dlq", *servers), reconciler("explain", "others", *servers)
        nowhere = reconciler("explain", "other", *servers)
    assert "the cluster does not have the topic" in here.stdout
    assert re.search(r"^replication_factor +\(broker default\) +broker$", here.stdout, re.MULTILINE)
    assert there.stdout.splitlines()[0] == "others  not in the manifest"
    assert re.search(r"^  config.retention.ms +1000 \(1s\) +topic$", there.stdout, re.MULTILINE)
    assert (nowhere.code, nowhere.stdout) == (1, "")
    assert "neither the manifest nor the cluster has a topic 'other'" in nowhere.stderr


@pytest.mark.usefixtures("folder")
def test_a_topic_that_the_cluster_hides_is_an_error_and_not_missing(reconciler: RunReconciler) -> None:
    with FakeKafka(Fault(api="describe_configs", topics=["orders"], error=29, times=None), topics=LIVE) as kafka:
        done = reconciler("explain", "orders", "--bootstrap-server", kafka.bootstrap_servers)
    assert (done.code, done.stdout) == (1, "")
    assert "TOPIC_AUTHORIZATION_FAILED" in done.stderr


def test_explain_reads_no_other_cluster_than_that_of_the_manifest(folder: Path, reconciler: RunReconciler) -> None:
    (folder / "topics.yaml").write_text("version: 1\ncluster: {id: mine}\ntopics: {orders: {}}\n")
    with FakeKafka(topics=LIVE) as kafka:
        done = reconciler("explain", "orders", "--bootstrap-server", kafka.bootstrap_servers)
    assert (done.code, done.stdout) == (1, "")
    assert "wrong cluster" in done.stderr


def test_values_that_the_cluster_does_not_show_stay_hidden(folder: Path, reconciler: RunReconciler) -> None:
    (folder / "topics.yaml").write_text("version: 1\ntopics: {orders: {config: {secret.key: x}}}\n")
    topics = {"orders": Topic(config={"secret.key": "hunter2", "other.secret": "hunter2"})}
    with FakeKafka(topics=topics, sensitive=["secret.key", "other.secret"]) as kafka:
        for form in ("text", "json"):
            done = reconciler("explain", "orders", "--all", "-o", form, "--bootstrap-server", kafka.bootstrap_servers)
            assert (done.code, "hunter2" in done.stdout + done.stderr) == (0, False)
    values = {each["field"]: each for each in json.loads(done.stdout)["values"]}
    assert values["config.secret.key"]["status"] == "not-compared"


@pytest.mark.usefixtures("folder")
def test_a_misspelt_topic_is_told_the_closest_one(reconciler: RunReconciler) -> None:
    done = reconciler("explain", "order.dlq")
    assert (done.code, done.stdout) == (1, "")
    assert "did you mean 'orders.dlq'?" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_topic_names_are_completed(shell: str, reconciler: RunReconciler) -> None:
    words = "reconciler explain -e prod orders.d"
    cword = "orders.d" if shell == "fish" else "4"
    environment = {"_RECONCILER_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": cword}
    done = reconciler(env=environment)
    assert done.code == 0
    assert "orders.dlq" in done.stdout
    assert "orders\n" not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_completion_for_each_shell(shell: str, reconciler: RunReconciler) -> None:
    done = reconciler(env={"_RECONCILER_COMPLETE": f"{shell}_source"})
    assert done.code == 0
    assert "_RECONCILER_COMPLETE" in done.stdout


def test_annotations_point_to_their_lines(tmp_path: Path, reconciler: RunReconciler) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics:\n  'a,b: 100%': {}\n  b: {config: {acks: all, x: 1}}\n")
    done = reconciler("validate", "-o", "github")
    assert done.code == 1
    assert done.stdout.splitlines() == [
        "::error file=topics.yaml,line=3,col=3,title=topic-name::invalid topic name 'a,b: 100%25'"
        "%0Ause 1 to 249 characters from a-z A-Z 0-9 . _ -, but not just '.' or '..'",
        "::error file=topics.yaml,line=4,col=22,title=client-setting::acks is a client setting, not a topic setting"
        "%0Aremove it here and set it in the application",
        "::warning file=topics.yaml,line=4,col=30,title=unknown-config-key::unknown topic config 'x'"
        "%0Asent as it is; the broker may reject it",
    ]


def test_more_annotations_than_github_shows_are_counted(tmp_path: Path, reconciler: RunReconciler) -> None:
    topics = "".join(f"  topic-{number}: {{partitions: 0}}\n" for number in range(12))
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{topics}")
    lines = reconciler("validate", "-o", "github").stdout.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=reconciler::and 3 more; see the log of this step"


def test_the_example_explains_itself(reconciler: RunReconciler) -> None:
    done = reconciler("explain", "orders.requests", "-e", "prod", cwd=PROJECT)
    assert "topics.prod.yaml" in done.stdout
