"""What a risky change would do, measured on the cluster."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from confluent_kafka.admin import ClusterMetadata

from reconciler.cluster.asking import Asking
from reconciler.cluster.broker_defaults import broker_defaults
from reconciler.cluster.connection import Connection
from reconciler.cluster.groups import Readers, read_groups
from reconciler.cluster.live_brokers import obstacle_of, read_brokers
from reconciler.cluster.log_dirs import LogDirs, read_log_dirs
from reconciler.cluster.offsets import read_offsets
from reconciler.cluster.partition_lists import partitions_of
from reconciler.cluster.second_client import NotAsked
from reconciler.model import LiveBrokers, LivePartition, Measured, Unmeasured, Wanted

_Partitions = Mapping[str, Sequence[LivePartition]]


class Measurements:
    """Measures records, readers, replicas and sizes; cannot write.

    Raises ClusterUnavailable where the cluster as a whole does not answer, and DeadlinePassed.
    """

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._asking = Asking(connection, sleep=sleep)

    def broker_defaults(self, keys: Collection[str]) -> Mapping[str, str]:
        """The values that a broker gives for config keys where a topic sets nothing; without those it does not tell."""
        return broker_defaults(self._asking, keys)

    def measure(self, wanted: Wanted) -> Measured:
        """What can be measured of ``wanted``; the rest with the reason under ``Measured.unknown``."""
        topics = {*wanted.cuts, *wanted.records, *wanted.newest, *wanted.readers, *wanted.replicas, *wanted.sizes}
        if not topics:
            return Measured()
        self._connection.limit.restart()
        metadata = self._connection.metadata()
        partitions, unlisted = partitions_of(topics, metadata)
        reasons = _Reasons(unlisted)
        found = read_offsets(self._asking, partitions, records=wanted.records, cuts=wanted.cuts, newest=wanted.newest)
        reasons.add("records", {*wanted.records, *wanted.cuts}, found.without_offsets)
        reasons.add("last record", wanted.newest, found.without_newest)
        reasons.add("replicas", wanted.replicas)
        readers = self._readers(_only(wanted.readers, partitions), metadata)
        reasons.add("readers", wanted.readers)
        reasons.for_all += readers.unknown
        disks = self._log_dirs(_only(wanted.sizes, partitions), wanted.sizes, reasons)
        return Measured(
            offsets=found.offsets,
            newest=found.newest,
            groups=readers.groups,
            replicas=_only(wanted.replicas, partitions),
            sizes=disks.sizes if isinstance(disks, LogDirs) else {},
            brokers=self._brokers(metadata, disks) if wanted.brokers else None,
            unknown=reasons.by_topic,
        )

    def _readers(self, partitions: _Partitions, metadata: ClusterMetadata) -> Readers:
        return read_groups(self._asking, partitions, metadata) if partitions else Readers(None)

    def _log_dirs(self, partitions: _Partitions, wanted: Collection[str], reasons: _Reasons) -> LogDirs | NotAsked:
        found: LogDirs | NotAsked = LogDirs({}, {}, {})
        if partitions:
            try:
                found = read_log_dirs(self._connection, partitions)
            except NotAsked as error:
                reasons.for_all.append(Unmeasured(what="bytes", why=str(error)))
                found = error
        reasons.add("bytes", wanted, found.reasons if isinstance(found, LogDirs) else {})
        return found

    def _brokers(self, metadata: ClusterMetadata, disks: LogDirs | NotAsked) -> LiveBrokers:
        brokers = read_brokers(self._connection, metadata)
        if isinstance(disks, NotAsked):  # who cannot ask the second client this cannot have it move replicas
            return replace(brokers, obstacle=obstacle_of(disks))
        return replace(brokers, room=disks.room)


class _Reasons:
    """Why something could not be measured; for a topic that is not listed always that it is not."""

    def __init__(self, unlisted: Mapping[str, str]) -> None:
        self._unlisted = unlisted
        self._of_topics: dict[str, list[Unmeasured]] = defaultdict(list)
        self.for_all: list[Unmeasured] = []

    def add(self, what: str, topics: Collection[str], reasons: Mapping[str, str] | None = None) -> None:
        """Add a reason for each of ``topics`` that has one."""
        for name in sorted(topics):
            if why := self._unlisted.get(name) or (reasons or {}).get(name):
                self._of_topics[name].append(Unmeasured(what=what, why=why))

    @property
    def by_topic(self) -> Mapping[str, Sequence[Unmeasured]]:
        """The reasons as ``Measured`` has them."""
        return {**self._of_topics, "": self.for_all} if self.for_all else dict(self._of_topics)


def _only(topics: Collection[str], partitions: _Partitions) -> _Partitions:
    return {name: partitions[name] for name in sorted(topics) if name in partitions}
