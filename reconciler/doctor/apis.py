"""Which requests reconciler sends, and whether the brokers take them.

The highest versions are those of librdkafka 2.16 (``rdkafka_request.c``); key numbers are those of the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reconciler.cluster.port import Versions
from reconciler.doctor.check import Check, Status
from reconciler.doctor.purpose import Purpose

APIS = "api-versions"


class Api(NamedTuple):
    """A request, the highest version of it that the client sends, what it is for, and who cannot do without it."""

    key: int
    name: str
    highest: int
    job: str
    needed_by: Purpose | None = None


NEEDED = (
    Api(3, "Metadata", 13, "every command", Purpose.PLAN),
    Api(32, "DescribeConfigs", 1, "reading configs", Purpose.PLAN),
    Api(19, "CreateTopics", 4, "creating topics", Purpose.SERVICE),
    Api(37, "CreatePartitions", 2, "adding partitions", Purpose.APPLY),
    Api(44, "IncrementalAlterConfigs", 1, "changing configs", Purpose.APPLY),
    Api(20, "DeleteTopics", 4, "deleting topics"),
    Api(2, "ListOffsets", 7, "measuring records"),
    Api(16, "ListGroups", 5, "listing the groups that read a topic"),
    Api(15, "DescribeGroups", 4, "describing groups"),
    Api(9, "OffsetFetch", 9, "reading the offsets of groups"),
    Api(35, "DescribeLogDirs", 4, "measuring sizes on disk"),
)
_OF_DEFAULTS = 4
"""The version of CreateTopics that lets the broker choose counts (KIP-464)."""
_CREATE = 19


def judged(found: Iterable[Versions], purpose: Purpose = Purpose.APPLY) -> Check:
    """Whether all ports whose versions were ``found`` take the requests; those not needed for ``purpose`` may lack."""
    ports = list(found)
    if not ports:
        return Check(name=APIS, status=Status.SKIPPED, detail="no broker told its versions")
    missing = [(api, why) for api in NEEDED if (why := _objection(api, ports)) is not None]
    needed = {each for each in Purpose if purpose.covers(each)}
    failed = [f"{api.name} ({api.job}) {why}" for api, why in missing if api.needed_by in needed]
    lacking = [f"{api.name} ({api.job}) {why}" for api, why in missing if api.needed_by not in needed]
    if failed or lacking:
        return Check(
            name=APIS,
            status=Status.FAILED if failed else Status.WARNING,
            code=APIS,
            detail="; ".join([*failed, *lacking]),
            remedy="use Apache Kafka 2.4 or newer, or a service that takes these requests; a proxy in between may not",
        )
    if any(ports_of[_CREATE][1] < _OF_DEFAULTS for ports_of in ports):
        return Check(
            name=APIS,
            status=Status.WARNING,
            code="no-broker-defaults",
            detail="the brokers are older than Kafka 2.4",
            remedy="write partitions and replication_factor of each topic: these brokers cannot choose them",
        )
    return Check(name=APIS, status=Status.OK, detail=f"all {len(NEEDED)} requests that reconciler sends")


def _objection(api: Api, ports: Iterable[Versions]) -> str | None:
    for versions in ports:
        if api.key not in versions:
            return "is not supported"
        if versions[api.key][0] > api.highest:
            return f"is supported from version {versions[api.key][0]} on, but this client sends {api.highest} at most"
    return None
