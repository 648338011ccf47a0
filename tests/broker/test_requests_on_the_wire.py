"""What a plan really sends, counted between the client and the broker, and what it does not read."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import NewTopic

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support.command import RunReconciler
from tests.wire.proxy import CountingProxy, counting_proxy, free_port

THERE, MANAGED = 10_000, 300
PATIENT = ("--timeout", "300")
"""A request without an answer in time is sent again, which is not what is counted here."""

NO_TOPICS = b"\x00\nreconciler\x00\x01\x00\x00\x00"
"""The end of a Metadata request (version 13): client id, tags, an empty array, three flags that are off."""


@pytest.fixture(scope="module")
def proxied() -> Iterator[tuple[Sandbox, CountingProxy]]:
    """A Kafka that sends its clients to a proxy before it, with 10,000 topics."""
    port, target = free_port(), free_port()
    with (
        counting_proxy(port, target) as proxy,
        start(port=target, properties={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}"}) as sandbox,
    ):
        names = [f"t{number:05}" for number in range(THERE)]
        admin = AnotherClient(sandbox).admin
        for first in range(0, THERE, 500):
            new = [NewTopic(name, num_partitions=1) for name in names[first : first + 500]]
            for answer in admin.create_topics(new, request_timeout=120).values():
                answer.result()
        while len(admin.list_topics(timeout=60).topics) < THERE:
            pass  # each look waits for the broker's answer
        yield sandbox, proxy


def is_handshake(api: str, message: bytes) -> bool:
    """What librdkafka asks for on each new connection: the versions, and the brokers without any topic."""
    return api == "api_versions" or (api == "metadata" and NO_TOPICS in message)


@pytest.mark.parametrize("managed", [10, MANAGED, 500, 1_000])
def test_a_plan_sends_a_constant_number_of_requests_and_one_for_every_200_topics(
    managed: int, proxied: tuple[Sandbox, CountingProxy], reconciler: RunReconciler, tmp_path: Path
) -> None:
    _, proxy = proxied
    lines = "".join(f"  t{number:05}: {{partitions: 1}}\n" for number in range(managed))
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
    proxy.sent.clear()
    done = reconciler("plan", "--bootstrap-server", f"127.0.0.1:{proxy.port}", "-o", "json", *PATIENT)
    assert done.code == 0, done.stderr
    assert done.report["summary"]["skip"] == managed
    sent = Counter(api for api, _ in proxy.sent)
    assert sent["describe_configs"] == math.ceil(managed / 200)
    handshakes = sum(is_handshake(api, message) for api, message in proxy.sent)
    assert len(proxy.sent) - handshakes <= 3 + math.ceil(managed / 200), sent
    assert done.report["statistics"]["requests"] == {"describe_configs": math.ceil(managed / 200), "metadata": 1}


def test_of_10_000_topics_only_the_managed_ones_are_read(
    proxied: tuple[Sandbox, CountingProxy], reconciler: RunReconciler, tmp_path: Path
) -> None:
    _, proxy = proxied
    lines = "".join(f"  t{number:05}: {{}}\n" for number in range(MANAGED))
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")
    proxy.sent.clear()
    done = reconciler("plan", "--bootstrap-server", f"127.0.0.1:{proxy.port}", "-o", "json", *PATIENT)
    assert len(done.report["topics"]) == MANAGED
    described = b"".join(message for api, message in proxy.sent if api == "describe_configs")
    assert sorted(re.findall(rb"t\d{5}", described)) == [f"t{number:05}".encode() for number in range(MANAGED)]
