"""Moving replicas: what is asked of the cluster, and how far it is (KIP-455)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reconciler.cluster.connection import Connection
from reconciler.cluster.descriptions import describe_cluster
from reconciler.cluster.failures import failure_of_code
from reconciler.cluster.partition_lists import partitions_of
from reconciler.cluster.reassignments import moves_in_flight
from reconciler.cluster.second_client import NotAsked, ask_second_client
from reconciler.errors import ClusterUnavailable
from reconciler.model import FATAL, RETRIABLE, KafkaFailure, LiveMoves, Move

_PERMISSION = "ALTER on the cluster"
_UNKNOWN = -1
_NOT_ANSWERED = object()
_TO_LOOK = "check the reason given, and that this principal has DESCRIBE on the cluster; then run apply again"

_PATIENCE_SECONDS, _SECONDS_FOR_SIZES = 3.0, 2.0
"""The client starts from any broker, and one may hang: then a look is taken again, and sizes are left out."""

InFlight = Mapping[str, Mapping[int, Move]]
Sizes = Mapping[str, Mapping[int, Mapping[int, int]]]
"""Bytes of replicas, by topic, partition and broker."""
Failures = Mapping[str, Mapping[int, KafkaFailure | None]]
"""Why a move was refused, by topic and partition; ``None`` where it was accepted."""


class ReplicaMoves:
    """Moves replicas, and looks how far that is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._patience = _PATIENCE_SECONDS

    def look_at_moves(self, topics: Collection[str], to_measure: Mapping[str, Sequence[Move]]) -> LiveMoves:
        """The partitions of ``topics``, all moves under way, and the sizes of the replicas of those ``to_measure``.

        Raises ClusterUnavailable, also where the second client is not answered, and DeadlinePassed.
        """
        in_flight = self._in_flight()
        metadata = self._connection.metadata()
        partitions, _ = partitions_of(topics, metadata)
        everywhere = (partition for topic in metadata.topics.values() for partition in topic.partitions.values())
        return LiveMoves(
            partitions=partitions,
            in_flight=in_flight,
            racks=dict.fromkeys(metadata.brokers),
            replicas=Counter(broker for partition in everywhere for broker in partition.replicas),
            sizes=self._sizes(to_measure, metadata.brokers),
        )

    def racks(self) -> Mapping[int, str | None]:
        """The rack of each broker that is up. Raises ClusterUnavailable and DeadlinePassed."""
        return {node.id: node.rack for node in describe_cluster(self._connection, operations=False).nodes}

    def move(self, moves: Mapping[str, Sequence[Move]]) -> Failures:
        """Ask for ``moves``; the answer for each partition. The cluster goes on by itself."""
        return self._alter({(name, move.partition): list(move.after) for name, of in moves.items() for move in of})

    def take_back(self, partitions: Mapping[str, Collection[int]]) -> Failures:
        """Cancel the moves of ``partitions`` that are under way: they keep the replicas they had."""
        return self._alter({(name, partition): None for name, of in partitions.items() for partition in of})

    def _alter(self, wanted: Mapping[tuple[str, int], list[int] | None]) -> Failures:
        def ask(client: Any) -> Mapping[tuple[str, int], Any]:
            from kafka.structs import TopicPartition  # noqa: PLC0415 - an extra

            answers = client.alter_partition_reassignments({TopicPartition(*at): to for at, to in wanted.items()})
            return {(at.topic, at.partition): error for at, error in answers.items()}

        failures: dict[str, dict[int, KafkaFailure | None]] = defaultdict(dict)
        try:
            answers = ask_second_client(self._connection, ask, api="alter_partition_reassignments")
        except NotAsked as error:
            failure = _not_asked(error)
            for name, partition in wanted:
                failures[name][partition] = failure
            return failures
        for name, partition in wanted:
            failures[name][partition] = _failure(answers.get((name, partition), _NOT_ANSWERED))
        return failures

    def _in_flight(self) -> InFlight:
        try:
            found = moves_in_flight(self._connection, at_most=self._patience)
        except NotAsked as error:
            self._patience *= 2
            failure, told = _not_asked(error), f"cannot look at moves: {error}"
            if failure.outcome_known and failure.error_class == FATAL:
                raise ClusterUnavailable.for_good("moves-not-shown", told, hint=_TO_LOOK) from error
            raise ClusterUnavailable.because("moves-not-shown", told, hint=_TO_LOOK) from error
        self._patience = _PATIENCE_SECONDS
        return found

    def _sizes(self, to_measure: Mapping[str, Sequence[Move]], alive: Collection[int]) -> Sizes:
        """Nothing where a broker does not answer soon: a run goes on without sizes."""
        wanted = {name: [move.partition for move in of] for name, of in to_measure.items() if of}
        moves = [move for of in to_measure.values() for move in of]
        brokers = sorted({broker for move in moves for broker in (*move.before, *move.after)} & {*alive})
        if not brokers:
            return {}
        try:
            log_dirs: Sequence[Any] = ask_second_client(
                self._connection,
                lambda client: client.describe_log_dirs(wanted, brokers),
                api="describe_log_dirs",
                at_most=_SECONDS_FOR_SIZES,
            )
        except NotAsked:
            return {}
        return _sizes(log_dirs)


def _sizes(log_dirs: Sequence[Any]) -> Sizes:
    sizes: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for answer in log_dirs:
        for topic in (each for log_dir in answer["log_dirs"] for each in log_dir["topics"]):
            for replica in topic["partitions"]:
                sizes[topic["name"]][replica["partition_index"]][answer["broker"]] = replica["partition_size"]
    return sizes


def _failure(error: Any) -> KafkaFailure | None:
    if error is None:
        return None
    if error is _NOT_ANSWERED:
        return failure_of_code(_UNKNOWN, "the cluster did not answer for this partition", permission=_PERMISSION)
    return failure_of_code(int(error.errno), str(error.description or error.message), permission=_PERMISSION)


def _not_asked(error: NotAsked) -> KafkaFailure:
    """Why the request as a whole failed: a Kafka error, or else the second client could not send it, or was not
    answered."""
    errno = getattr(error.__cause__, "errno", None)
    if isinstance(errno, int):
        return failure_of_code(errno, str(error), permission=_PERMISSION)
    return KafkaFailure(
        code=0,
        name="NOT_ASKED",
        error_class=RETRIABLE,
        message=str(error),
        remedy="check the network and the brokers, then run apply again",
        outcome_known=False,
    )
