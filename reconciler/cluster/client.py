"""Makes a librdkafka client, or reports every problem of its properties."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from reconciler.cluster import msk
from reconciler.cluster.java_properties import java_hint
from reconciler.cluster.key_files import Problem
from reconciler.cluster.mistakes import mistakes
from reconciler.errors import ClusterUnavailable, Diagnostic, Origin, Severity, Variable
from reconciler.printable import unmistakable

# librdkafka waits half of reconnect.backoff.ms between the bootstrap connection and the first one to a broker.
# Only from log_level 6 on does it log why a broker closed the connection.
_DEFAULTS = {"client.id": "reconciler", "reconnect.backoff.ms": "20", "log_level": "6"}

_SHORTEST_SOCKET_TIMEOUT, _LONGEST_SOCKET_TIMEOUT = 10, 300_000
"""Milliseconds; the range that librdkafka allows."""

_WHOSE_PROPERTIES = (
    "use the property names of librdkafka (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md), "
    "not of the Java client"
)

_REFUSED = (KafkaException, AttributeError, TypeError, ValueError)
"""What the client raises for a bad property, and the binding for a value of the wrong type."""
_OF_ALL_TOGETHER = "Failed to create admin client: "
_NO_KERBEROS = "No provider for SASL mechanism GSSAPI"


def defaults(seconds: float) -> dict[str, str]:
    """Default properties for steps that take up to ``seconds``; the user's properties take precedence.

    A connection without a response for half that time is closed: later requests would wait behind the lost one.
    """
    half = int(seconds * 1000 / 2)
    return {
        **_DEFAULTS,
        "socket.timeout.ms": str(min(max(half, _SHORTEST_SOCKET_TIMEOUT), _LONGEST_SOCKET_TIMEOUT)),
    }


def new_client(
    properties: Mapping[str, str],
    places: Mapping[str, Origin],
    *,
    log_to: Iterable[logging.Handler],
    clean: Callable[[str], str],
    on_error: Callable[[KafkaError], None] = lambda _error: None,
    client_class: type[AdminClient] = AdminClient,
) -> AdminClient:
    """A client with ``properties``, set at ``places``; ``clean`` removes secrets from its messages.

    ``log_to`` and ``on_error`` are called while the client is polled.

    Raises ClusterUnavailable with every known mistake and every property that the client rejects, or else with the
    client's message on all of them together.
    """
    problems = list(mistakes(properties))
    if not problems:
        logger = logging.Logger("librdkafka")  # not registered: the handlers of other loggers do not get the lines
        for handler in log_to:
            logger.addHandler(handler)
        settings: dict[str, Any] = {**msk.for_client(properties), "error_cb": on_error}
        try:
            return client_class(settings, logger=logger)
        except _REFUSED as error:
            whole = _words(error).removeprefix(_OF_ALL_TOGETHER)
    named = {problem.key for problem in problems}
    problems += [
        Problem(key, words, java_hint(key, properties[key]) or _WHOSE_PROPERTIES)
        for key, words in _objections(properties).items()
        if key not in named
    ]
    raise ClusterUnavailable(
        *(_diagnostic(problem, places, clean) for problem in problems or [_of_all_together(whole, properties)])
    ) from None


def not_made(
    words: str,
    properties: Mapping[str, str],
    places: Mapping[str, Origin],
    *,
    clean: Callable[[str], str],
    key: str | None = None,
) -> ClusterUnavailable:
    """Why another client cannot be made: librdkafka's message ``words`` on ``key``, or on all ``properties``."""
    problem = Problem(key, words, _WHOSE_PROPERTIES) if key is not None else _of_all_together(words, properties)
    error = ClusterUnavailable(_diagnostic(problem, places, clean))
    error.is_final = True
    return error


def _objections(properties: Mapping[str, str]) -> dict[str, str]:
    """The client's message for each property that it rejects on its own.

    Messages on the client as a whole, such as one on a missing password, do not count: all other properties are left
    out here.
    """
    objections = {}
    for key, value in properties.items():
        if key == msk.REGION or value == msk.MECHANISM:  # ours, and checked before
            continue
        try:
            AdminClient({key: value, "log_level": 0})
        except _REFUSED as error:
            words = _words(error)
            if not words.startswith(_OF_ALL_TOGETHER):
                objections[key] = words
    return objections


def _of_all_together(words: str, properties: Mapping[str, str]) -> Problem:
    """The property that the client's message ``words`` names first, with the message."""
    named = [(words.index(key), -len(key), key) for key in properties if key in words]
    if _NO_KERBEROS in words:
        mechanism = "is not set, which means GSSAPI" if "sasl.mechanism" not in properties else "is GSSAPI"
        return Problem(
            "sasl.mechanism" if "sasl.mechanism" in properties else "security.protocol",
            f"sasl.mechanism {mechanism} (Kerberos), but this build of librdkafka does not support Kerberos",
            "use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER, or install a librdkafka with GSSAPI",
        )
    return Problem(min(named)[2] if named else "", words)


def _diagnostic(problem: Problem, places: Mapping[str, Origin], clean: Callable[[str], str]) -> Diagnostic:
    place = places.get(problem.key)
    name = f"{place} ({problem.key})" if isinstance(place, Variable) else problem.key
    already = not problem.key or (problem.message.startswith(problem.key) and not isinstance(place, Variable))
    return Diagnostic(
        severity=Severity.ERROR,
        code="client-property",
        message=unmistakable(clean(problem.message if already else f"{name}: {problem.message}")),
        hint=problem.hint and clean(problem.hint),
        origin=place,
    )


def _words(error: Exception) -> str:
    return str(error.args[0].str()) if isinstance(error, KafkaException) else str(error)
