"""Failures that users of other tools reported, each with the report: they do not happen here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.broker.another_client import AnotherClient
from tests.support.command import Finished

Command = Callable[..., Finished]


def topics_of(finished: Finished) -> Mapping[str, Any]:
    return {topic["name"]: topic for topic in finished.report["topics"]}


def test_a_partition_decrease_is_neither_ignored_nor_a_delete_and_create(
    prefix: str, manifest: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    """Ignored: https://github.com/devshawn/kafka-gitops/issues/103

    Deleted and created again: https://github.com/Mongey/terraform-provider-kafka/issues/14; deleted, and then not
    created: https://github.com/Aiven-Open/klaw/issues/2503
    """
    client.create(prefix, partitions=3)
    before = client.topic_id(prefix)
    manifest(f"{prefix}: {{partitions: 1, config: {{flush.ms: 1000}}}}")
    for run in (plan, apply, plan):
        done = run()
        change = next(each for each in topics_of(done)[prefix]["changes"] if each["field"] == "partitions")
        assert (done.code, change["verdict"], change["status"]) == (3, "impossible", "refused")
        assert "Kafka cannot remove partitions" in change["reason"]
    assert (client.topic_id(prefix), client.partitions(prefix)) == (before, 3)
    assert client.overrides(prefix) == {"flush.ms": "1000"}


def test_a_value_is_planned_once_however_it_is_spelt(
    prefix: str, manifest: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    """Applied every 20 seconds: https://github.com/michelin/ns4kafka/issues/737

    Updated by every run: https://github.com/devshawn/kafka-gitops/issues/103
    """
    policies = [
        "'compact, delete'",
        "'delete,compact'",
        "[compact, delete]",
        "'[delete, compact]'",
        "' compact ,delete '",
    ]
    names = [f"{prefix}.{number}" for number in range(len(policies))]
    more = "retention.ms: ' +0604800000 ', min.cleanable.dirty.ratio: .5, unclean.leader.election.enable: 'FALSE'"
    manifest(
        "\n".join(
            f"{name}: {{config: {{cleanup.policy: {policy}, {more}}}}}"
            for name, policy in zip(names, policies, strict=True)
        )
    )
    assert apply().code == 0
    assert all(set(client.overrides(name)["cleanup.policy"].split(",")) == {"compact", "delete"} for name in names)
    assert {topic["action"] for topic in topics_of(plan()).values()} == {"skip"}
    assert apply().report["statistics"]["requests"].keys() == {"metadata", "describe_configs", "describe_topics"}


def test_a_key_that_is_removed_from_the_manifest_is_reset(
    prefix: str, manifest: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    """Left as it is: https://github.com/segmentio/topicctl/issues/197"""
    manifest(f"{prefix}: {{config: {{message.timestamp.type: LogAppendTime, flush.ms: 1000}}}}")
    assert apply().code == 0
    manifest(f"{prefix}: {{config: {{flush.ms: 1000}}}}")
    assert apply().code == 0
    assert client.overrides(prefix) == {"flush.ms": "1000"}
    assert topics_of(plan())[prefix]["action"] == "skip"


def test_a_bad_topic_does_not_stop_the_others(
    prefix: str, manifest: Callable[[str], None], apply: Command, client: AnotherClient
) -> None:
    """Stopped at the first error: https://github.com/devshawn/kafka-gitops/issues/49

    Failed the whole reconciliation, and every later one: https://github.com/strimzi/strimzi-kafka-operator/pull/10517
    """
    client.create(f"{prefix}.there")
    manifest(
        f"""
        {prefix}.a: {{partitions: 1}}
        {prefix}.bad: {{config: {{no.such.key: x}}}}
        {prefix}.there: {{config: {{no.such.key: x, flush.ms: 1000}}}}
        {prefix}.z: {{partitions: 2}}
        """
    )
    done = apply()
    assert done.code == 3
    assert {name.removeprefix(f"{prefix}."): topic["status"] for name, topic in topics_of(done).items()} == {
        "a": "applied",
        "bad": "refused",
        "there": "refused",
        "z": "applied",
    }
    assert [client.exists(f"{prefix}.{name}") for name in ("a", "bad", "z")] == [True, False, True]
    assert client.overrides(f"{prefix}.there") == {"flush.ms": "1000"}


def test_more_partitions_than_one_request_may_make_are_made(
    prefix: str, manifest: Callable[[str], None], plan: Command, apply: Command, client: AnotherClient
) -> None:
    """None created, "Excessively large number of partitions per request":
    https://github.com/teslamotors/kafka-helmsman/pull/82
    """
    manifest(f"{prefix}.big: {{partitions: 10001}}\n{prefix}.small: {{partitions: 1}}")
    done = plan()
    assert topics_of(done)[f"{prefix}.small"]["status"] == "planned"
    assert topics_of(done)[f"{prefix}.big"]["status"] == "refused"
    assert topics_of(apply())[f"{prefix}.small"]["status"] == "applied"
    assert [client.exists(f"{prefix}.{name}") for name in ("big", "small")] == [False, True]


def test_the_first_run_on_a_cluster_with_topics_deletes_none(
    prefix: str, tmp_path: Path, apply: Command, client: AnotherClient
) -> None:
    """Deleted all topics of a cluster at the first attempt: https://github.com/devshawn/kafka-gitops/issues/33

    With an empty list of prefixes: https://github.com/kafka-ops/julie/issues/514
    """
    theirs = [f"{prefix}.theirs.{number}" for number in range(3)]
    for name in theirs:
        client.create(name)
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{prefix}.mine: {{}}}}\n")
    assert apply("--prune", "--allow", "delete").code == 0  # no scope, so nothing is unmanaged
    (tmp_path / "topics.yaml").write_text(f"version: 1\nscope: {{include: ['*']}}\ntopics: {{{prefix}.mine: {{}}}}\n")
    assert apply().code == 0
    mine = ("--only", f"{prefix}.*")  # others share the broker
    refused = apply("--prune", "--allow", "delete", *mine)
    assert refused.code == 3
    assert {topics_of(refused)[name]["changes"][0]["refusal"]["kind"] for name in theirs} == {"limit"}
    (tmp_path / "topics.yaml").write_text(f"version: 1\nscope: {{include: ['{prefix}.*']}}\ntopics: {{}}\n")
    assert apply("--prune", "--allow", "delete").code == 3
    assert all(client.exists(name) for name in [*theirs, f"{prefix}.mine"])


def test_a_topic_that_a_group_reads_is_not_deleted_without_a_word(
    prefix: str,
    manifest: Callable[[str], None],
    plan: Command,
    apply: Command,
    client: AnotherClient,
) -> None:
    """Delete declined while a group is active, wanted: https://github.com/michelin/kafkactl/issues/121

    A topic with a reader came back after its delete: https://github.com/bakdata/streams-bootstrap/issues/134
    """
    client.create(prefix)
    manifest(f"{prefix}: {{state: absent}}")
    with client.reading(prefix) as group:
        for run in (plan, apply):
            done = run()
            (change,) = topics_of(done)[prefix]["changes"]
            assert (done.code, change["status"], change["refusal"]["kind"]) == (3, "refused", "needs-consent")
            (reader,) = change["impact"]["readers"]
            assert (reader["group"], reader["state"], reader["lag"]) == (group, "stable", 0)
        assert client.exists(prefix)
