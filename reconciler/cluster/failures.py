"""Exceptions of the Kafka client, and error codes of responses, as values."""

from __future__ import annotations

import re
from dataclasses import replace

from confluent_kafka import KafkaError, KafkaException

from reconciler.cluster.error_table import BY_WORDS, ERRORS, kind_of
from reconciler.model import FATAL, KafkaFailure

READING = "DESCRIBE and DESCRIBE_CONFIGS on the topic"
READING_CONFIGS = "DESCRIBE_CONFIGS on the topic"
"""The permission for describing the config of a topic."""

# The phase in the message of a timeout shows whether the request was sent (rdkafka_admin.c).
_NEVER_SENT = "waiting for controller"
_NO_CODE = 0
_ON_CLUSTER = "on the cluster"


def failure_of(error: BaseException | None, *, permission: str = READING) -> KafkaFailure:
    """An exception of the client as a value; ``permission`` is the permission that the request needs.

    Any exception but KafkaException is FATAL with an unknown outcome: the client failed to read the response.
    """
    if not isinstance(error, KafkaException) or not isinstance(error.args[0], KafkaError):
        return KafkaFailure(
            code=_NO_CODE,
            name=type(error).__name__,
            error_class=FATAL,
            message=f"the Kafka client cannot read the response: {error}",
            remedy="check which server listens there; if it is a Kafka broker, please report a defect of reconciler",
            outcome_known=False,
        )
    return failure_of_code(error.args[0].code(), error.args[0].str(), permission=permission)


def refused_by_client(error: Exception) -> KafkaFailure:
    """Why the client did not send a request; smaller requests show which part of it is at fault."""
    words = error.args[0].str() if isinstance(error, KafkaException) else str(error)
    return KafkaFailure(
        code=KafkaError._INVALID_ARG,
        name="_INVALID_ARG",
        error_class=FATAL,
        message=f"the Kafka client rejects the request: {words}",
        remedy="correct the value",
        is_of_batch=True,
    )


def failure_of_code(code: int, message: str, *, permission: str = READING) -> KafkaFailure:
    """A protocol error code, or an error code of librdkafka (negative), as a value."""
    kind = kind_of(code)
    failure = KafkaFailure(
        code=code,
        name=kind.name if code in ERRORS else KafkaError(code).name(),
        error_class=kind.error_class,
        message=message,
        remedy=kind.remedy.format(permission=permission).replace(
            f"{_ON_CLUSTER}, or the same on the cluster", _ON_CLUSTER
        ),
        outcome_known=kind.outcome_known or _NEVER_SENT in message,
        ends_run=kind.scope == "run",
        is_of_batch=kind.is_of_batch,
    )
    for words in BY_WORDS:
        if code in words.codes and re.search(words.pattern, message):
            return replace(failure, error_class=words.error_class, remedy=words.remedy, is_of_batch=words.is_of_batch)
    return failure
