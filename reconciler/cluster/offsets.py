"""Offsets of partitions: the first and the next record, the first one after a time, and when the last was written.

Requests have a limited size, because the client takes a time that grows with the square of the partitions in one, and
because a broker searches its segments for each time asked for. For P partitions there are at most 2 + ⌈P / 1,000⌉
requests a broker, as long as one time is asked for of each partition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from confluent_kafka import TopicPartition
from confluent_kafka.admin import ListOffsetsResultInfo, OffsetSpec

from reconciler.cluster import offsets_librdkafka
from reconciler.cluster.asking import Asking, Told
from reconciler.cluster.offset_answers import EARLIEST, LATEST, NEWEST, NOT_TOLD, Found, Place
from reconciler.cluster.partition_lists import without_leader
from reconciler.model import LivePartition, PartitionOffsets

CHUNK = 3_000
"""Partitions per request."""

_UNSUPPORTED = frozenset({-165, 35})
"""The error codes of client and broker for a broker that is too old."""
_NONE = -1


@dataclass(slots=True)
class Offsets:
    """What was found by topic, and for all other topics the reason why not."""

    offsets: dict[str, dict[int, PartitionOffsets]] = field(default_factory=dict)
    newest: dict[str, int | None] = field(default_factory=dict)
    without_offsets: dict[str, str] = field(default_factory=dict)
    without_newest: dict[str, str] = field(default_factory=dict)


_Infos = Told[Place, Found]


def read_offsets(
    asking: Asking,
    partitions: Mapping[str, Sequence[LivePartition]],
    *,
    records: Collection[str],
    cuts: Mapping[str, int],
    newest: Collection[str],
) -> Offsets:
    """The offsets of the topics in ``records`` and ``cuts``, and the time of the last record of those in ``newest``.

    A cut is in milliseconds since 1970. A topic gets a reason instead of numbers where one of its partitions has no
    leader, or cannot be read.
    """
    leaderless = {name: reason for name, each in partitions.items() if (reason := without_leader(each))}
    places = {
        name: [Place(name, each.partition) for each in partitions[name]] for name in partitions.keys() - leaderless
    }
    with_offsets = sorted({*records, *cuts} & partitions.keys())
    to_cut = {place: max(cut, 0) for name, cut in cuts.items() for place in places.get(name, ())}
    # In this order, so that records which are written or removed meanwhile make the numbers higher, never lower.
    begins = _asked(asking, dict.fromkeys(_of(with_offsets, places), EARLIEST))
    at_cuts, at_newest = _times(asking, to_cut, _of(sorted(newest), places))
    ends = _asked(asking, dict.fromkeys(_of(with_offsets, places), LATEST))
    found = Offsets()
    for name in with_offsets:
        if reason := leaderless.get(name) or _failure(places[name], begins, at_cuts, ends):
            found.without_offsets[name] = reason
        else:
            found.offsets[name] = {place.partition: _offsets(place, begins, at_cuts, ends) for place in places[name]}
    for name in sorted({*newest} & partitions.keys()):
        if reason := leaderless.get(name) or _failure(places[name], at_newest):
            found.without_newest[name] = reason
        else:
            last = max((at_newest.results[place].timestamp for place in places[name]), default=_NONE)
            found.newest[name] = last if last != _NONE else None
    return found


def _of(topics: Iterable[str], places: Mapping[str, Sequence[Place]]) -> list[Place]:
    return [place for topic in topics for place in places.get(topic, ())]


def _times(asking: Asking, cuts: Mapping[Place, int], newest: Sequence[Place]) -> tuple[_Infos, _Infos]:
    """The first records after ``cuts``, and the last ones of ``newest``, in the same requests where possible."""
    last = dict.fromkeys(newest, NEWEST)
    told = _asked(asking, {**last, **cuts})
    both = cuts.keys() & last.keys()
    of_both = _asked(asking, {place: last[place] for place in last if place in both})
    # A broker before Kafka 3.0 does not find the last record by time, and rejects all of such a request.
    rejected = {place: cuts[place] for place in cuts if _is_rejected(told, place)} if len(last) > len(both) else {}
    again = _asked(asking, rejected)
    at_cuts = _only(cuts.keys() - rejected.keys(), told)
    at_cuts.results.update(again.results)
    at_cuts.failures.update(again.failures)
    at_newest = _only(last.keys() - both, told)
    at_newest.results.update(of_both.results)
    at_newest.failures.update(of_both.failures)
    return at_cuts, at_newest


def _is_rejected(told: _Infos, place: Place) -> bool:
    return place in told.failures and told.failures[place].code in _UNSUPPORTED


def _only(places: Collection[Place], told: _Infos) -> _Infos:
    return Told(
        {place: info for place, info in told.results.items() if place in places},
        {place: failure for place, failure in told.failures.items() if place in places},
    )


def _asked(asking: Asking, wanted: Mapping[Place, int]) -> _Infos:
    """What the leaders tell of ``wanted``."""
    connection = asking.connection

    def send(places: Collection[Place], seconds: float) -> Mapping[Place, Future[Any]]:
        asked = {TopicPartition(*place): _spec(wanted[place]) for place in places}
        answers = connection.admin.list_offsets(asked, request_timeout=seconds)
        return {Place(each.topic, each.partition): answer for each, answer in answers.items()}

    told: _Infos = Told()
    if offsets_librdkafka.is_worth_it(connection, len(wanted)):
        told.results.update(offsets_librdkafka.list_offsets(connection, list(_chunks(wanted, wanted))))
    # All that is left has failed, or is too few to be worth a connection of its own.
    for chunk in _chunks(wanted, [place for place in wanted if place not in told.results]):
        part = asking.ask(chunk, send, api="list_offsets", permission="DESCRIBE on the topic", is_empty=_has_no_offset)
        told.results.update({place: Found(info.offset, info.timestamp) for place, info in part.results.items()})
        told.failures.update(part.failures)
    return told


def _has_no_offset(info: ListOffsetsResultInfo) -> bool:
    """Whether librdkafka gives the offset that it starts with: it got no answer, and tells no error."""
    return info.offset == NOT_TOLD


def _chunks(wanted: Mapping[Place, int], places: Iterable[Place]) -> Iterator[Mapping[Place, int]]:
    left = iter(places)
    while chunk := list(islice(left, CHUNK)):
        yield {place: wanted[place] for place in chunk}


def _spec(number: int) -> OffsetSpec:
    return OffsetSpec(number)  # type: ignore[abstract]


def _offsets(place: Place, begins: _Infos, at_cuts: _Infos, ends: _Infos) -> PartitionOffsets:
    begin, end = begins.results[place].offset, ends.results[place].offset
    if place not in at_cuts.results:
        return PartitionOffsets(begin, end)
    cut = at_cuts.results[place].offset
    return PartitionOffsets(begin, end, cut if cut != _NONE else end)


def _failure(places: Iterable[Place], *told: _Infos) -> str | None:
    """Why one of ``places`` could not be read."""
    for place in places:
        for failure in (each.failures[place] for each in told if place in each.failures):
            return f"partition {place.partition}: {failure.message}; {failure.remedy}"
    return None
