"""What a risky change would do, measured on the cluster."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from reconciler.cluster.asking import Asking
from reconciler.cluster.broker_defaults import broker_defaults
from reconciler.cluster.connection import Connection
from reconciler.cluster.groups import Readers, read_groups
from reconciler.cluster.log_dirs import read_sizes
from reconciler.cluster.offsets import read_offsets
from reconciler.cluster.partition_lists import partitions_of
from reconciler.cluster.second_client import NotAsked
from reconciler.model import LivePartition, Measured, Unmeasured, Wanted


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
        unknown: dict[str, list[Unmeasured]] = defaultdict(list)

        def give_reasons(what: str, asked: Collection[str], reasons: Mapping[str, str]) -> None:
            for name in sorted(asked):
                if why := unlisted.get(name) or reasons.get(name):
                    unknown[name].append(Unmeasured(what=what, why=why))

        found = read_offsets(self._asking, partitions, records=wanted.records, cuts=wanted.cuts, newest=wanted.newest)
        give_reasons("records", {*wanted.records, *wanted.cuts}, found.without_offsets)
        give_reasons("last record", wanted.newest, found.without_newest)
        give_reasons("replicas", wanted.replicas, {})
        readers = Readers(None)
        if of_readers := _only(wanted.readers, partitions):
            readers = read_groups(self._asking, of_readers, metadata.topics)
            unknown[""] += readers.unknown
        sizes: Mapping[str, Mapping[int, int]] = {}
        if of_sizes := _only(wanted.sizes, partitions):
            try:
                sizes, without_sizes = read_sizes(self._connection, of_sizes)
                give_reasons("bytes", wanted.sizes, without_sizes)
            except NotAsked as error:
                unknown[""].append(Unmeasured(what="bytes", why=str(error)))
        return Measured(
            offsets=found.offsets,
            newest=found.newest,
            groups=readers.groups,
            replicas=_only(wanted.replicas, partitions),
            sizes=sizes,
            unknown={name: reasons for name, reasons in unknown.items() if reasons},
        )


def _only(
    topics: Collection[str], partitions: Mapping[str, Sequence[LivePartition]]
) -> Mapping[str, Sequence[LivePartition]]:
    return {name: partitions[name] for name in sorted(topics) if name in partitions}
