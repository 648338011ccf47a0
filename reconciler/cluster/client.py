"""A librdkafka client, or what is wrong with each property that it does not take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from reconciler.errors import ClusterUnavailable, Diagnostic, Location, Severity

# librdkafka waits half of reconnect.backoff.ms between the connection that tells it of the brokers and the first
# one to a broker. log_level 6 is where it says why a broker hung up on us.
_DEFAULTS = {"client.id": "reconciler", "reconnect.backoff.ms": "20", "log_level": "6"}

_SHORTEST_SOCKET_TIMEOUT, _LONGEST_SOCKET_TIMEOUT = 10, 300_000
"""Milliseconds; the range that librdkafka allows."""

_WHOSE_PROPERTIES = (
    "properties are librdkafka's (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md), "
    "not those of the Java client"
)


def defaults(seconds: float) -> dict[str, str]:
    """Properties that the user may set otherwise, for steps that take so long at most.

    A connection on which an answer is half as late is given up: what is sent after it would wait behind it.
    """
    half = int(seconds * 1000 / 2)
    return {
        **_DEFAULTS,
        "socket.timeout.ms": str(min(max(half, _SHORTEST_SOCKET_TIMEOUT), _LONGEST_SOCKET_TIMEOUT)),
    }


def new_client(
    properties: Mapping[str, str],
    places: Mapping[str, Location],
    *,
    log_to: Iterable[logging.Handler],
    clean: Callable[[str], str],
) -> AdminClient:
    """A client with ``properties``, which stand at ``places``; ``clean`` takes the secrets out of what it says.

    Raises ClusterUnavailable with its objection to each property that it does not take.
    """
    logger = logging.Logger("librdkafka")  # not registered: nobody else's handlers see the lines
    for handler in log_to:
        logger.addHandler(handler)
    try:
        return AdminClient(dict(properties), logger=logger)
    except (KafkaException, TypeError, ValueError) as error:
        objections = {"": _words(error)} | _objections(properties)
        if len(objections) > 1:
            del objections[""]  # said again, and better, by the property at fault
        raise ClusterUnavailable(
            *(
                Diagnostic(
                    severity=Severity.ERROR,
                    code="client-property",
                    message=clean(f"{key}: {words}" if key else words),
                    hint=_WHOSE_PROPERTIES,
                    origin=places.get(key),
                )
                for key, words in objections.items()
            )
        ) from None


def _objections(properties: Mapping[str, str]) -> dict[str, str]:
    """The client's objection to each property that it does not even take on its own."""
    objections = {}
    for key, value in properties.items():
        try:
            AdminClient({key: value, "log_level": 0})
        except (KafkaException, TypeError, ValueError) as error:
            objections[key] = _words(error)
    return objections


def _words(error: Exception) -> str:
    return str(error.args[0].str()) if isinstance(error, KafkaException) else str(error)
