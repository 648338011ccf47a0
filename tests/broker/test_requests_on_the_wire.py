"""What a plan really sends, counted between the client and the broker, and what it does not read."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox, start
from tests.broker.another_client import AnotherClient
from tests.support import in_process
from tests.support.command import Finished, RunReconciler
from tests.wire.proxy import CountingProxy, counting_proxy, free_port

THERE, MANAGED = 4_000, 300
NAMES = [f"t{number:05}" for number in range(THERE)]
PATIENT = ("--timeout", "300")
"""A request without an answer in time is sent again, which is not what is counted here."""

NO_TOPICS = b"\x00\nreconciler\x00\x01\x00\x00\x00"
"""The end of a Metadata request (version 13): client id, tags, an empty array, three flags that are off."""


@dataclass(frozen=True)
class Large:
    """A Kafka that sends its clients to a proxy before it, and the apply that made its topics."""

    sandbox: Sandbox
    proxy: CountingProxy
    applied: Finished


def manifest(folder: Path, names: Sequence[str], topic: str) -> None:
    lines = "".join(f"  {name}: {topic}\n" for name in names)
    (folder / "topics.yaml").write_text(f"version: 1\ntopics:\n{lines}")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    port, target = free_port(), free_port()
    folder = tmp_path_factory.mktemp("large")
    manifest(folder, NAMES, "{partitions: 1}")
    with (
        counting_proxy(port, target) as proxy,
        start(port=target, properties={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}"}) as sandbox,
    ):
        apply = ["apply", "--yes", "--bootstrap-server", f"127.0.0.1:{port}", "-o", "json"]
        yield Large(sandbox, proxy, in_process.runner(folder)(*apply))


def test_thousands_of_topics_in_one_apply(large: Large) -> None:
    done = large.applied
    assert (done.code, done.report["summary"]["applied"]) == (0, THERE), done.stderr
    assert AnotherClient(large.sandbox).admin.list_topics(timeout=60).topics.keys() == set(NAMES)
    assert done.report["statistics"]["requests"]["create_topics"] == 10
    assert re.search("(checking|applying|verifying).*: ", done.stderr), "a log of a long run says how far it is"


def is_handshake(api: str, message: bytes) -> bool:
    """What librdkafka asks for on each new connection: the versions, and the brokers without any topic."""
    return api == "api_versions" or (api == "metadata" and NO_TOPICS in message)


@pytest.mark.parametrize("managed", [10, MANAGED, 500, 1_000])
def test_a_plan_sends_a_constant_number_of_requests_and_one_for_every_200_topics(
    managed: int, large: Large, reconciler: RunReconciler, tmp_path: Path
) -> None:
    proxy = large.proxy
    manifest(tmp_path, NAMES[:managed], "{partitions: 1}")
    proxy.sent.clear()
    done = reconciler("plan", "--bootstrap-server", f"127.0.0.1:{proxy.port}", "-o", "json", *PATIENT)
    assert done.code == 0, done.stderr
    assert done.report["summary"]["skip"] == managed
    sent = Counter(api for api, _ in proxy.sent)
    assert sent["describe_configs"] == math.ceil(managed / 200)
    handshakes = sum(is_handshake(api, message) for api, message in proxy.sent)
    assert len(proxy.sent) - handshakes <= 4 + math.ceil(managed / 200), sent
    assert done.report["statistics"]["requests"] == {
        "describe_configs": math.ceil(managed / 200),
        "describe_topics": 1,
        "metadata": 1,
    }


def test_of_thousands_of_topics_only_the_managed_ones_are_read(
    large: Large, reconciler: RunReconciler, tmp_path: Path
) -> None:
    proxy = large.proxy
    manifest(tmp_path, NAMES[:MANAGED], "{}")
    proxy.sent.clear()
    done = reconciler("plan", "--bootstrap-server", f"127.0.0.1:{proxy.port}", "-o", "json", *PATIENT)
    assert len(done.report["topics"]) == MANAGED
    described = b"".join(message for api, message in proxy.sent if api == "describe_configs")
    assert sorted(re.findall(rb"t\d{5}", described)) == [f"t{number:05}".encode() for number in range(MANAGED)]
