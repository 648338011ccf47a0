"""A Kafka with tiered storage: segments are copied to a folder on the same disk.

Kafka itself has no storage to copy them to but that of its own tests, in jars that it publishes beside the others (not
for every version).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.jars import cached

VERSION = "4.1.2"
_KAFKA = "org/apache/kafka"
_JARS = {
    f"{_KAFKA}/kafka-storage/{VERSION}/kafka-storage-{VERSION}-test.jar": (
        "c0173663d7b3e8543aa3b9feaf7539a3ecee39b0b5b9b36096a95c9e20f1d833"
    ),
    f"{_KAFKA}/kafka-clients/{VERSION}/kafka-clients-{VERSION}-test.jar": (
        "d2824a571023ab15d2bb6a9fbbd9c1369ba03411ff7e91e1f307255c09368ac2"
    ),
}
_EVERY_HALF_SECOND = "500"


@dataclass(frozen=True)
class Tiered:
    """A ``sandbox`` of one broker, and the ``folder`` that is its remote storage."""

    sandbox: Sandbox
    folder: Path

    def copied(self, topic: str) -> list[int]:
        """The first offset of every segment of partition 0 that is in remote storage, in order."""
        return sorted(int(file.name.partition("-")[0]) for file in self.folder.glob(f"*/{topic}-0-*/*.log"))


@contextmanager
def tiered_kafka(folder: Path) -> Iterator[Tiered]:
    """One broker that looks every half second for segments to copy and to delete."""
    jars = cached(_JARS, "the tests of Apache Kafka", os.environ, lambda _line: None)
    properties = {
        "remote.log.storage.system.enable": "true",
        "remote.log.storage.manager.class.name": "org.apache.kafka.server.log.remote.storage.LocalTieredStorage",
        "remote.log.storage.manager.class.path": os.pathsep.join(map(str, jars)),
        "rsm.config.dir": str(folder),
        "remote.log.metadata.manager.listener.name": "PLAINTEXT",
        "rlmm.config.remote.log.metadata.topic.replication.factor": "1",
        "rlmm.config.remote.log.metadata.topic.num.partitions": "1",
        "rlmm.config.remote.log.metadata.initialization.retry.interval.ms": _EVERY_HALF_SECOND,
        "remote.log.manager.task.interval.ms": _EVERY_HALF_SECOND,
        "log.retention.check.interval.ms": _EVERY_HALF_SECOND,
        "log.initial.task.delay.ms": _EVERY_HALF_SECOND,
    }
    with start(kafka_version=VERSION, properties=properties) as sandbox:
        yield Tiered(sandbox, folder)
