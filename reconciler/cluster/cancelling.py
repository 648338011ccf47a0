"""Taking moves of replicas back (``AlterPartitionReassignments`` without replicas, KIP-455)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.cluster.failures import failure_of_code
from reconciler.cluster.second_client import NotAsked, ask_second_client
from reconciler.cluster.writer import WritingConnection
from reconciler.model import FATAL, KafkaFailure

_PERMISSION = "ALTER on the cluster"
_NO_CODE = 0


class Cancelling:
    """Takes moves back."""

    def __init__(self, connection: WritingConnection) -> None:
        self._connection = connection

    def cancel(self, partitions: Mapping[str, Sequence[int]]) -> Mapping[str, Sequence[KafkaFailure]]:
        """Take back the moves of ``partitions`` by topic; the failures of each topic that has any.

        Raises DeadlinePassed, and what ``check`` of the connection raises.
        """

        def call(client: Any) -> Mapping[Any, Any]:
            from kafka.structs import TopicPartition  # noqa: PLC0415 - an extra

            asked = {TopicPartition(name, each): None for name, of in partitions.items() for each in of}
            answers: Mapping[Any, Any] = client.alter_partition_reassignments(asked)
            return answers

        try:
            answers = ask_second_client(self._connection, call, api="alter_partition_reassignments")
        except NotAsked as error:
            failure = _not_asked(error)
            return {name: [failure] for name in partitions}
        failures = defaultdict(list)
        for each, refusal in answers.items():
            if refusal is not None:
                message = f"partition {each.partition}: {refusal.description}"
                failures[each.topic].append(failure_of_code(refusal.errno, message))
        return failures


def _not_asked(error: NotAsked) -> KafkaFailure:
    """Why the request as a whole failed: the error of the broker where it answered with one."""
    code = getattr(error.__cause__, "errno", None)
    if isinstance(code, int):
        return failure_of_code(code, str(error), permission=_PERMISSION)
    return KafkaFailure(
        code=_NO_CODE,
        name="NO_RESPONSE",
        error_class=FATAL,
        message=str(error),
        remedy="run apply --cancel-reassignments again",
        outcome_known=False,
    )
