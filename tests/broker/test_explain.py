"""What a real broker tells about where a value is from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler


@contextmanager
def set_on_broker(client: AnotherClient, node: int, key: str, value: str) -> Iterator[None]:
    """A dynamic config of one broker, for the length of the block."""
    for operation in (AlterConfigOpType.SET, AlterConfigOpType.DELETE):
        entry = ConfigEntry(key, value, incremental_operation=operation)
        resource = ConfigResource(ResourceType.BROKER, str(node), incremental_configs=[entry])
        for answer in client.admin.incremental_alter_configs([resource]).values():
            answer.result(60)
        if operation is AlterConfigOpType.SET:
            yield


def test_every_value_has_the_source_that_the_broker_tells(
    kafka: Sandbox, client: AnotherClient, prefix: str, reconciler: RunReconciler, manifest: Callable[[str], None]
) -> None:
    client.create(prefix, config={"segment.ms": "60000", "cleanup.policy": "compact"})
    manifest(f"{prefix}: {{partitions: 1, config: {{cleanup.policy: [compact], file.delete.delay.ms: 2s}}}}")
    run = ("explain", prefix, "--bootstrap-server", kafka.bootstrap_servers, "-o", "json")
    with set_on_broker(client, kafka.brokers[0].node_id, "log.segment.delete.delay.ms", "2000"):
        values: dict[str, Any] = {}
        while values.get("config.file.delete.delay.ms", {}).get("status") != "equal":  # until the broker has it
            done = reconciler(*run, "--all")
            values = {each["field"]: each for each in json.loads(done.stdout)["values"]}
    sources = {field: (each["live"]["source"], each["live"]["key"], each["status"]) for field, each in values.items()}
    assert sources["partitions"] == (None, None, "equal")
    assert sources["config.cleanup.policy"] == ("topic", "cleanup.policy", "equal")
    assert sources["config.segment.ms"] == ("topic", "segment.ms", "extra")
    assert sources["config.file.delete.delay.ms"] == ("dynamic-broker", "log.segment.delete.delay.ms", "equal")
    assert sources["config.flush.messages"] == ("default", "log.flush.interval.messages", None)
    named = {each["field"] for each in json.loads(reconciler(*run).stdout)["values"]}
    assert named == {"partitions", "replication_factor"} | {
        f"config.{key}" for key in ("cleanup.policy", "file.delete.delay.ms", "segment.ms")
    }
