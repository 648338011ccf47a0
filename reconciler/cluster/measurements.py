"""What a risky change would do, measured on the cluster."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from reconciler.cluster.asking import Asking
from reconciler.cluster.broker_defaults import broker_defaults
from reconciler.cluster.connection import Connection
from reconciler.cluster.offsets import read_offsets
from reconciler.cluster.partition_lists import partitions_of
from reconciler.model import Measured, Unmeasured, Wanted


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
        partitions, unlisted = partitions_of(topics, self._connection.metadata())
        found = read_offsets(self._asking, partitions, records=wanted.records, cuts=wanted.cuts, newest=wanted.newest)
        unknown: dict[str, list[Unmeasured]] = defaultdict(list)
        for what, asked, reasons in (
            ("records", {*wanted.records, *wanted.cuts}, found.without_offsets),
            ("last_record", wanted.newest, found.without_newest),
            ("partitions", wanted.replicas, {}),
        ):
            for name in sorted(asked):
                if why := unlisted.get(name) or reasons.get(name):
                    unknown[name].append(Unmeasured(what=what, why=why))
        return Measured(
            offsets=found.offsets,
            newest=found.newest,
            replicas={name: partitions[name] for name in sorted({*wanted.replicas} & partitions.keys())},
            unknown=dict(unknown),
        )
