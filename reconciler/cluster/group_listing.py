"""Which groups of consumers there are, and whether this principal sees all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import ConsumerGroupListing

from reconciler.cluster.asking import Asking
from reconciler.cluster.error_table import GROUP_AUTHORIZATION_FAILED
from reconciler.cluster.failures import failure_of
from reconciler.cluster.partition_lists import without_leader
from reconciler.model import LivePartition

_PERMISSION = "DESCRIBE on the cluster"
_DESCRIBE = "DESCRIBE"
_ALL, _CLUSTER = "all", "cluster"
_ANY_GROUP = "~ may reconciler describe any group? ~"
"""A name that no group has, and no rule for a prefix matches."""
_HIDDEN = (
    "this principal sees only groups that it may DESCRIBE, there may be others; "
    "grant it DESCRIBE on the cluster, or on all groups"
)

OFFSETS_TOPIC = "__consumer_offsets"
"""The leaders of its partitions coordinate the groups."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The groups by name, and the reasons why there may be others."""

    groups: Mapping[str, ConsumerGroupListing]
    reasons: tuple[str, ...] = ()


def list_groups(asking: Asking, offsets: Sequence[LivePartition]) -> Listing:
    """All groups with the protocol of consumers that this principal sees.

    Brokers leave out, without an error, what the principal may not see, and the groups of partitions of ``offsets``
    without a leader. Those are of the topic for offsets, none where the cluster has no such topic; only where it has
    one may a coordinator be asked for, because asking creates that topic.
    """

    def send(_all: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        return {_ALL: asking.connection.admin.list_consumer_groups(request_timeout=seconds)}

    told = asking.ask([_ALL], send, api="list_consumer_groups", permission=_PERMISSION)
    if _ALL in told.failures:
        failure = told.failures[_ALL]
        return Listing({}, (f"{failure.message}; {failure.remedy}",))
    result = told.results[_ALL]
    failures = [failure_of(error, permission=_PERMISSION) for error in result.errors]
    reasons = dict.fromkeys(f"a broker did not list its groups: {each.message}; {each.remedy}" for each in failures)
    if why := without_leader(offsets, of=f" of {OFFSETS_TOPIC}"):
        reasons[f"no broker lists the groups that are stored there: {why}"] = None
    if not _sees_all(asking, has_groups=bool(offsets)):
        reasons[_HIDDEN] = None
    return Listing({group.group_id: group for group in result.valid}, tuple(reasons))


def _sees_all(asking: Asking, *, has_groups: bool) -> bool:
    def describe(_cluster: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        admin = asking.connection.admin
        return {_CLUSTER: admin.describe_cluster(request_timeout=seconds, include_authorized_operations=True)}

    told = asking.ask([_CLUSTER], describe, api="describe_cluster", permission=_PERMISSION)
    # ``None`` where there are none: a principal without DESCRIBE on the cluster is told of no operation.
    operations = told.results[_CLUSTER].authorized_operations if told.results else None
    may_describe = operations is not None and any(operation.name == _DESCRIBE for operation in operations)
    return may_describe or (has_groups and _may_describe_any(asking))


def _may_describe_any(asking: Asking) -> bool:
    def fetch(names: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        [name] = names
        return asking.connection.admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(name)], request_timeout=seconds
        )

    told = asking.ask([_ANY_GROUP], fetch, api="list_consumer_group_offsets", permission=_PERMISSION)
    return all(failure.code != GROUP_AUTHORIZATION_FAILED for failure in told.failures.values())
