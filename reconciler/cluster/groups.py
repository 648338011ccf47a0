"""Groups that read topics: those with members on them, or with committed offsets of them.

All groups are listed and described in bulk, a request each a broker. Only a group itself knows its committed offsets,
and only groups with the protocol ``consumer`` (KIP-848) their members, so these are asked one by one, all at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import ConsumerGroupState, ConsumerGroupType
from confluent_kafka.admin import ClusterMetadata, ConsumerGroupDescription, ConsumerGroupListing, MemberDescription

from reconciler.cluster.applications import Applications
from reconciler.cluster.asking import Asking, Told
from reconciler.cluster.classic_groups import ClassicGroup, classic_groups
from reconciler.cluster.committed import committed_offsets
from reconciler.cluster.group_listing import OFFSETS_TOPIC, list_groups
from reconciler.cluster.other_groups import UNKNOWN, OtherGroup, other_groups
from reconciler.cluster.partition_lists import partitions_of
from reconciler.model import KafkaFailure, LiveGroup, LivePartition, Unmeasured

_STATES: Mapping[Any, str] = {
    ConsumerGroupState.PREPARING_REBALANCING: "preparing-rebalance",
    ConsumerGroupState.COMPLETING_REBALANCING: "completing-rebalance",
    ConsumerGroupState.STABLE: "stable",
    ConsumerGroupState.DEAD: "dead",
    ConsumerGroupState.EMPTY: "empty",
}
_NO_MEMBERS = frozenset({ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD})
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Readers:
    """The groups found, ``None`` where none may be seen, and the reasons why there may be others."""

    groups: Sequence[LiveGroup] | None
    unknown: Sequence[Unmeasured] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the cluster shows of a group: what it lists, and one of the two descriptions."""

    listed: ConsumerGroupListing
    classic: ClassicGroup | None
    description: ConsumerGroupDescription | None


def read_groups(
    asking: Asking, partitions: Mapping[str, Sequence[LivePartition]], metadata: ClusterMetadata
) -> Readers:
    """The groups that read the topics in ``partitions``, with their committed offsets of them.

    ``metadata`` has all topics: the names of some tell to which application a group belongs.
    """
    offsets, _ = partitions_of([OFFSETS_TOPIC], metadata)
    listing = list_groups(asking, offsets.get(OFFSETS_TOPIC, ()))
    reasons = list(listing.reasons)
    shown = classic_groups(asking)
    if isinstance(shown, KafkaFailure):
        reasons.append(f"share, streams and connect groups: {shown.message}; {shown.remedy}")
        shown = {}
    classic = {name: shown[name] for name in listing.groups if name in shown and shown[name].is_described}
    active = [name for name, each in listing.groups.items() if each.state not in _NO_MEMBERS]
    described = _described(asking, [name for name in active if name not in classic])
    of_others = [name for name, each in shown.items() if name not in listing.groups and not each.protocol_type]
    others = other_groups(asking.connection, of_others, list(metadata.brokers))
    committed = committed_offsets(asking, [*listing.groups, *others], partitions)
    applications = Applications.seen_in(shown, metadata.topics)
    groups: list[LiveGroup] = []
    for name, each in listing.groups.items():
        seen = _Seen(each, classic.get(name), described.results.get(name))
        groups.append(_of_consumers(seen, applications, committed.offsets.get(name, {})))
    for name, other in others.items():
        started = {topic: offsets for topic, offsets in other.offsets.items() if topic in partitions}
        groups.append(_of_others(name, other, committed.offsets.get(name, started)))
    reasons += _in_words({**described.failures, **committed.failures})
    reasons += _rebalancing(
        [name for name, each in classic.items() if each.hides_topics and name not in committed.offsets]
    )
    reasons += _without_topics({name: each for name, each in others.items() if name not in committed.offsets})
    readers = [group for group in groups if group.committed or group.assigned & partitions.keys()]
    return Readers(
        groups=sorted(readers, key=lambda group: group.name) if groups or not listing.reasons else None,
        unknown=[Unmeasured(what="readers", why=reason) for reason in reasons],
    )


def _described(asking: Asking, names: Sequence[str]) -> Told[str, ConsumerGroupDescription]:
    def send(some: Collection[str], seconds: float) -> Mapping[str, Future[Any]]:
        return asking.connection.admin.describe_consumer_groups(list(some), request_timeout=seconds)

    return asking.ask(names, send, api="describe_consumer_groups", permission="DESCRIBE on the group", each=True)


def _of_consumers(seen: _Seen, applications: Applications, committed: Mapping[str, Mapping[int, int]]) -> LiveGroup:
    name, classic, description = seen.listed.group_id, seen.classic, seen.description
    members = description.members if description is not None else ()
    clients = classic.clients if classic is not None else {member.client_id for member in members}
    protocol = classic.protocol if classic is not None else description.partition_assignor if description else ""
    kind = description.type if description is not None else seen.listed.type
    own = "consumer" if kind is ConsumerGroupType.CONSUMER else "classic"
    state = classic.state if classic is not None else _STATES.get((description or seen.listed).state, UNKNOWN)
    return LiveGroup(
        name=name,
        type=applications.type_of(name, protocol, clients) or own,
        state=state,
        assigned=classic.topics if classic is not None else _assigned(members),
        committed=committed,
    )


def _assigned(members: Iterable[MemberDescription]) -> frozenset[str]:
    """What ``members`` read now, and what they are about to."""
    assignments = [each for member in members for each in (member.assignment, member.target_assignment) if each]
    return frozenset(place.topic for each in assignments for place in each.topic_partitions)


def _of_others(name: str, other: OtherGroup, committed: Mapping[str, Mapping[int, int]]) -> LiveGroup:
    # Share groups commit no offsets of this kind.
    kind = "streams" if other.type == UNKNOWN and committed else other.type
    return LiveGroup(name=name, type=kind, state=other.state, assigned=other.topics, committed=committed)


def _in_words(failures: Mapping[str, KafkaFailure]) -> Iterator[str]:
    """One reason for all groups that failed in the same way."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, failure in sorted(failures.items()):
        groups[f"{failure.message}; {failure.remedy}"].append(name)
    for why, names in groups.items():
        yield f"{_named('group', names)}: {why}"


def _rebalancing(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            f"{_named('group', sorted(names))}: while a group rebalances, brokers do not show which topics it reads; "
            "run the command again"
        )


def _without_topics(others: Mapping[str, OtherGroup]) -> Iterator[str]:
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, other in sorted(others.items()):
        if other.why:
            alike["share or streams" if other.type == UNKNOWN else other.type, other.why].append(name)
    for (kind, why), names in alike.items():
        yield f"{_named(f'{kind} group', names)}: which topics it reads is not known: {why}"


def _named(what: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{what} {names[0]}"
    return f"{len(names):,} {what}s ({', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''})"
