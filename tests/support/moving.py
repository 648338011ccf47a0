"""A cluster that moves replicas in its own time, as a script says, and plans that move them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.apply import Execution, Ledger, Retries
from reconciler.model import (
    Consent,
    Drift,
    FieldChange,
    Impact,
    InSync,
    KafkaFailure,
    LiveMoves,
    LivePartition,
    LiveState,
    LiveTopic,
    Move,
    Moving,
    Query,
    Risk,
    RiskKind,
    Risky,
    Safe,
    TopicPlan,
    TopicSpec,
)
from tests.support.steps import OnlyBroker, Time, spec

Answer = KafkaFailure | None
Replicas = Mapping[int, tuple[int, ...]]
"""The brokers of each partition."""
SIZE = 1_000


@dataclass
class MovingCluster(OnlyBroker):
    """Has ``topics``; a move takes ``seconds`` once it was asked for, and ``None`` means for ever.

    ``answers`` are those to the first requests, for all their partitions; the request with the number ``is_lost_at``
    is carried out although it is answered with an error. ``failures`` are raised by the first looks at moves.
    ``shown`` changes what a look at moves shows, by the number of the look.
    """

    time: Time
    topics: dict[str, dict[int, tuple[int, ...]]]
    up: set[int] = field(default_factory=lambda: {1, 2, 3})
    seconds: float | None = 1.0
    answers: list[Answer] = field(default_factory=list)
    is_lost_at: int | None = None
    failures: list[Exception] = field(default_factory=list)
    shown: Callable[[int, LiveMoves], LiveMoves] = lambda _number, live: live
    in_flight: dict[tuple[str, int], tuple[Move, float | None]] = field(default_factory=dict)
    config: dict[str, dict[str, str | None]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[float, Mapping[str, Sequence[Move]]]] = field(default_factory=list)
    looked_at: list[float] = field(default_factory=list)
    racks_read: int = 0
    sent: list[str] = field(default_factory=list)
    """Everything that was written, in order."""

    def begin(self, name: str, move: Move) -> None:
        end = None if self.seconds is None else self.time.seconds + self.seconds
        self.in_flight[name, move.partition] = move, end
        self.topics[name][move.partition] = (*move.after, *move.removed)

    def _pass_time(self) -> None:
        for (name, partition), (move, end) in list(self.in_flight.items()):
            if end is not None and end <= self.time.seconds:
                del self.in_flight[name, partition]
                self.topics[name][partition] = move.after

    def sizes(self, move: Move) -> Mapping[int, int]:
        """Bytes of each replica."""
        return dict.fromkeys(move.before, SIZE)

    def look_at_moves(self, topics: Collection[str], to_measure: Mapping[str, Sequence[Move]]) -> LiveMoves:
        self.looked_at.append(self.time.seconds)
        if self.failures:
            raise self.failures.pop(0)
        self._pass_time()
        in_flight: dict[str, dict[int, Move]] = {}
        for (name, partition), (move, _) in self.in_flight.items():
            in_flight.setdefault(name, {})[partition] = move
        live = LiveMoves(
            partitions={name: self._partitions(name) for name in topics if name in self.topics},
            in_flight=in_flight,
            racks=dict.fromkeys(self.up),
            replicas={},
            sizes={name: {move.partition: self.sizes(move) for move in of} for name, of in to_measure.items()},
        )
        return self.shown(len(self.looked_at), live)

    def racks(self) -> Mapping[int, str | None]:
        self.racks_read += 1
        return dict.fromkeys(sorted(self.up))

    def move(self, moves: Mapping[str, Sequence[Move]]) -> Mapping[str, Mapping[int, Answer]]:
        self.asked.append((self.time.seconds, moves))
        self.sent += [f"move {name}" for name in moves]
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or len(self.asked) == self.is_lost_at:
            for name, of in moves.items():
                for each in of:
                    self.begin(name, each)
        return {name: {each.partition: answer for each in of} for name, of in moves.items()}

    def add_partitions(self, totals: Mapping[str, int]) -> Mapping[str, Answer]:
        for name, total in totals.items():
            replicas = self.topics[name]
            replicas |= dict.fromkeys(range(len(replicas), total), (1,))
        return dict.fromkeys(totals)

    def alter_configs(self, changes: Mapping[str, Mapping[str, str | None]]) -> Mapping[str, Answer]:
        for name, values in changes.items():
            self.sent += [f"{key} of {name}" for key in values]
            self.config.setdefault(name, {}).update(values)
        return dict.fromkeys(changes)

    def delete(self, topics: Mapping[str, str | None]) -> Mapping[str, Answer]:
        for name in topics:
            self.sent.append(f"delete {name}")
            del self.topics[name]
        return dict.fromkeys(topics)

    def look_by_name(self, query: Query) -> LiveState:
        return self.look(query)

    def look(self, query: Query) -> LiveState:
        self._pass_time()
        topics = {name: self.live(name) for name in query.names if name in self.topics}
        return LiveState(cluster_id="c", brokers=1, topics=topics)

    def live(self, name: str) -> LiveTopic:
        numbers = [len(replicas) for replicas in self.topics[name].values()]
        return LiveTopic(
            name=name,
            partitions=len(numbers),
            replication_factor=min(numbers),
            highest_replication_factor=max(numbers),
            overrides=self.config.get(name, {}),
            replicas=self._partitions(name),
            topic_id=self.ids.get(name, name),
        )

    def _partitions(self, name: str) -> Sequence[LivePartition]:
        return [LivePartition(at, each[0], each, each) for at, each in sorted(self.topics[name].items())]


def moved(cluster: MovingCluster, name: str, after: Replicas, *more: FieldChange) -> TopicPlan:
    """The plan that moves partitions of a topic of ``cluster`` to the brokers ``after``, besides other changes."""
    live = cluster.live(name)
    moves = [Move(at, cluster.topics[name][at], to) for at, to in after.items()]
    factor = max(map(len, after.values()))
    risk = Risk(kind=RiskKind.REPLICATION_CHANGE, reason="moves", impact=Impact(moves=moves))
    change = FieldChange(
        field="replication_factor",
        before=live.replication_factor,
        after=factor,
        decision=Risky(risk, Consent(kind=RiskKind.REPLICATION_CHANGE, given_by="--allow")),
    )
    return Drift(desired=_wanted(name, factor, more), live=live, changes=[change, *more])


def in_flight(cluster: MovingCluster, name: str, after: Replicas, *changes: FieldChange) -> TopicPlan:
    """The plan of a topic whose replicas were on their way to the wanted number when it was made."""
    factor = max(map(len, after.values()))
    before = cluster.live(name)
    for at, to in after.items():
        cluster.begin(name, Move(at, cluster.topics[name][at], to))
    live = LiveTopic(
        name=name,
        partitions=before.partitions,
        replication_factor=before.replication_factor,
        moving=Moving(replication_factor=factor, targets=after, changes_number=True),
        topic_id=before.topic_id,
    )
    if not changes:
        return InSync(desired=_wanted(name, factor, ()), live=live)
    return Drift(desired=_wanted(name, factor, changes), live=live, changes=changes)


def config(key: str, before: str | None, after: str) -> FieldChange:
    return FieldChange(field=f"config.{key}", before=before, after=after, decision=Safe())


def more_partitions(before: int, after: int) -> FieldChange:
    return FieldChange(field="partitions", before=before, after=after, decision=Safe())


def _wanted(name: str, factor: int, changes: Sequence[FieldChange]) -> TopicSpec:
    counts = {each.field: int(each.after or 0) for each in changes if each.config_key is None}
    values = {each.config_key: str(each.after) for each in changes if each.config_key is not None}
    wanted = spec(name, counts.get("partitions"))
    return TopicSpec(
        name=name,
        origin=wanted.origin,
        partitions=wanted.partitions,
        replication_factor=factor,
        config=values,
    )


def execution(ledger: Ledger, cluster: MovingCluster, limit: float = 10, **more: object) -> Execution:
    """What carries the plan of ``ledger`` out on ``cluster``."""
    return Execution(
        ledger=ledger,
        writer=cluster,  # type: ignore[arg-type]  # nothing is created
        reader=cluster,
        mover=cluster,
        limit=cluster.time.limit(limit),
        retries=Retries(most=3, delay=1, draw=lambda _low, high: high),
        clock=cluster.time.clock,
        **more,  # type: ignore[arg-type]  # named as in Execution
    )


def partitions_asked(cluster: MovingCluster) -> Iterator[int]:
    """The partitions of all requests for moves, in order."""
    return (each.partition for _, moves in cluster.asked for of in moves.values() for each in of)
