"""Kafka's error codes as topic administration meets them: class, what is known afterwards, what to do.

``KafkaError.retriable()`` says ``False`` of every admin error, so the classes are ours. Codes:
https://kafka.apache.org/protocol#protocol_error_codes; negative ones are librdkafka's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException

from reconciler.model import KafkaFailure

EXPECTED, RETRIABLE, FATAL = "EXPECTED", "RETRIABLE", "FATAL"
UNKNOWN_TOPIC = 3
TOPIC_ALREADY_EXISTS = 36


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What an error code means for a topic; ``outcome_known`` is false where the write may have happened."""

    kind: str
    remedy: str
    outcome_known: bool = True


_TRY_AGAIN = "run the command again"
_UNKNOWN = ErrorKind(FATAL, "see the broker's message and its log")

ERRORS: dict[int, ErrorKind] = {
    -1: ErrorKind(RETRIABLE, "the broker failed inside; its log says why", outcome_known=False),
    3: ErrorKind(RETRIABLE, "the topic is not visible (yet), or was deleted meanwhile; run the command again"),
    5: ErrorKind(RETRIABLE, "a leader is being elected; run the command again"),
    6: ErrorKind(RETRIABLE, "a leader has moved; run the command again"),
    7: ErrorKind(RETRIABLE, "the broker took too long; run the command again", outcome_known=False),
    8: ErrorKind(RETRIABLE, _TRY_AGAIN),
    9: ErrorKind(RETRIABLE, "a replica is offline; bring its broker back"),
    13: ErrorKind(RETRIABLE, _TRY_AGAIN, outcome_known=False),
    17: ErrorKind(FATAL, "rename the topic"),
    29: ErrorKind(FATAL, "grant this principal the missing permission on the topic"),
    31: ErrorKind(FATAL, "grant this principal the missing permission on the cluster"),
    33: ErrorKind(FATAL, "set sasl.mechanism to one that the broker offers"),
    35: ErrorKind(FATAL, "the broker is too old for this request"),
    36: ErrorKind(EXPECTED, "somebody else created the topic meanwhile; run plan to see how it differs"),
    37: ErrorKind(FATAL, "choose another number of partitions; Kafka never removes any"),
    38: ErrorKind(FATAL, "lower replication_factor or add brokers"),
    39: ErrorKind(FATAL, "see the broker's message"),
    40: ErrorKind(FATAL, "correct the value; the broker's message names it"),
    41: ErrorKind(RETRIABLE, "the controller has moved; run the command again"),
    42: ErrorKind(FATAL, "this looks like a defect of reconciler; please report it"),
    44: ErrorKind(FATAL, "the cluster's policy forbids it; its message says why"),
    56: ErrorKind(RETRIABLE, "a broker's disk has a problem; see its log"),
    58: ErrorKind(FATAL, "check sasl.username and sasl.password"),
    60: ErrorKind(RETRIABLE, "wait for the reassignment to end, then run the command again"),
    72: ErrorKind(RETRIABLE, _TRY_AGAIN),
    77: ErrorKind(RETRIABLE, _TRY_AGAIN),
    89: ErrorKind(RETRIABLE, "the cluster limits how fast topics may change; run the command again later"),
    100: ErrorKind(RETRIABLE, _TRY_AGAIN),
    -165: ErrorKind(FATAL, "the broker is too old for this request"),
    -185: ErrorKind(RETRIABLE, "raise --timeout or look at the broker's health", outcome_known=False),
    -195: ErrorKind(RETRIABLE, "check the connection to the broker", outcome_known=False),
}

# The phase in a time-out's text tells whether the request ever left (rdkafka_admin.c).
_NEVER_SENT = "waiting for controller"


def failure_of(error: BaseException | None) -> KafkaFailure:
    """An exception of the client as a value; an error that the table does not know is FATAL."""
    if not isinstance(error, KafkaException) or not isinstance(error.args[0], KafkaError):
        return KafkaFailure(code=-1, name=type(error).__name__, kind=FATAL, message=str(error), remedy=_UNKNOWN.remedy)
    return failure_of_code(error.args[0].code(), error.args[0].str())


def failure_of_code(code: int, message: str) -> KafkaFailure:
    """A protocol error code, or librdkafka's where negative, as a value."""
    kind = ERRORS.get(code, _UNKNOWN)
    return KafkaFailure(
        code=code,
        name=KafkaError(code).name(),
        kind=kind.kind,
        message=message,
        remedy=kind.remedy,
        outcome_known=kind.outcome_known or _NEVER_SENT in message,
    )
