"""Exceptions of the Kafka client, and error codes of its answers, as values."""

from __future__ import annotations

import re
from dataclasses import replace

from confluent_kafka import KafkaError, KafkaException

from reconciler.cluster.error_table import BY_WORDS, ERRORS, kind_of
from reconciler.model import FATAL, KafkaFailure

READING = "DESCRIBE and DESCRIBE_CONFIGS on the topic"
READING_CONFIGS = "DESCRIBE_CONFIGS on the topic"
"""What describing the configuration of a topic needs, and nothing else."""

# The phase in a time-out's text tells whether the request ever left (rdkafka_admin.c).
_NEVER_SENT = "waiting for controller"
_NO_CODE = 0


def failure_of(error: BaseException | None, *, permission: str = READING) -> KafkaFailure:
    """An exception of the client as a value; ``permission`` is what the request needs.

    What is no error of Kafka's is FATAL, and what the cluster did is not known: the client failed with the answer.
    """
    if not isinstance(error, KafkaException) or not isinstance(error.args[0], KafkaError):
        return KafkaFailure(
            code=_NO_CODE,
            name=type(error).__name__,
            error_class=FATAL,
            message=f"the Kafka client cannot read the answer: {error}",
            remedy="check what listens there; if it is a Kafka broker, please report it as a defect of reconciler",
            outcome_known=False,
        )
    return failure_of_code(error.args[0].code(), error.args[0].str(), permission=permission)


def refused_by_client(error: Exception) -> KafkaFailure:
    """Why the client did not send a request: something in it is at fault, which a smaller request shows."""
    words = error.args[0].str() if isinstance(error, KafkaException) else str(error)
    return KafkaFailure(
        code=KafkaError._INVALID_ARG,
        name="_INVALID_ARG",
        error_class=FATAL,
        message=f"the Kafka client does not send it: {words}",
        remedy="correct the value",
        is_of_batch=True,
    )


def failure_of_code(code: int, message: str, *, permission: str = READING) -> KafkaFailure:
    """A protocol error code, or librdkafka's where negative, as a value."""
    kind = kind_of(code)
    failure = KafkaFailure(
        code=code,
        name=kind.name if code in ERRORS else KafkaError(code).name(),
        error_class=kind.error_class,
        message=message,
        remedy=kind.remedy.format(permission=permission),
        outcome_known=kind.outcome_known or _NEVER_SENT in message,
        ends_run=kind.scope == "run",
        is_of_batch=kind.is_of_batch,
    )
    for words in BY_WORDS:
        if code in words.codes and re.search(words.pattern, message):
            return replace(failure, error_class=words.error_class, remedy=words.remedy, is_of_batch=words.is_of_batch)
    return failure
