"""A librdkafka client, or what is wrong with its properties: each of them, or all together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from reconciler.cluster.key_files import Problem
from reconciler.cluster.mistakes import java_hint, mistakes
from reconciler.errors import ClusterUnavailable, Diagnostic, Origin, Severity, Variable
from reconciler.printable import unmistakable

# librdkafka waits half of reconnect.backoff.ms between the connection that tells it of the brokers and the first
# one to a broker. log_level 6 is where it says why a broker hung up on us.
_DEFAULTS = {"client.id": "reconciler", "reconnect.backoff.ms": "20", "log_level": "6"}

_SHORTEST_SOCKET_TIMEOUT, _LONGEST_SOCKET_TIMEOUT = 10, 300_000
"""Milliseconds; the range that librdkafka allows."""

_WHOSE_PROPERTIES = (
    "properties are librdkafka's (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md), "
    "not those of the Java client"
)

_REFUSED = (KafkaException, AttributeError, TypeError, ValueError)
"""The client's exception, and those of the binding for a value of the wrong kind."""
_OF_ALL_TOGETHER = "Failed to create admin client: "
_NO_KERBEROS = "No provider for SASL mechanism GSSAPI"


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
    places: Mapping[str, Origin],
    *,
    log_to: Iterable[logging.Handler],
    clean: Callable[[str], str],
    on_error: Callable[[KafkaError], None] = lambda _error: None,
    kind: type[AdminClient] = AdminClient,
) -> AdminClient:
    """A client with ``properties``, which stand at ``places``; ``clean`` takes the secrets out of what it says.

    ``log_to`` and ``on_error`` are served where the client is polled.

    Raises ClusterUnavailable with every mistake known by name and every property that the client does not take,
    or else with what it says of all of them together.
    """
    problems = list(mistakes(properties))
    if not problems:
        logger = logging.Logger("librdkafka")  # not registered: nobody else's handlers see the lines
        for handler in log_to:
            logger.addHandler(handler)
        try:
            settings: dict[str, Any] = {**properties, "error_cb": on_error}
            return kind(settings, logger=logger)
        except _REFUSED as error:
            whole = _words(error).removeprefix(_OF_ALL_TOGETHER)
    named = {problem.key for problem in problems}
    problems += [
        Problem(key, words, java_hint(key) or _WHOSE_PROPERTIES)
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
    """Why a further client cannot be made: ``words`` of librdkafka of all ``properties``, or of that of ``key``."""
    problem = Problem(key, words, _WHOSE_PROPERTIES) if key is not None else _of_all_together(words, properties)
    error = ClusterUnavailable(_diagnostic(problem, places, clean))
    error.is_final = True
    return error


def _objections(properties: Mapping[str, str]) -> dict[str, str]:
    """The client's objection to each property that it does not even take on its own.

    What it says of a client of that one property alone, such as one that wants a password, says nothing.
    """
    objections = {}
    for key, value in properties.items():
        try:
            AdminClient({key: value, "log_level": 0})
        except _REFUSED as error:
            words = _words(error)
            if not words.startswith(_OF_ALL_TOGETHER):
                objections[key] = words
    return objections


def _of_all_together(words: str, properties: Mapping[str, str]) -> Problem:
    """The property that ``words`` of the client name first, with them."""
    named = [(words.index(key), -len(key), key) for key in properties if key in words]
    if _NO_KERBEROS in words:
        mechanism = "is not set, which means GSSAPI" if "sasl.mechanism" not in properties else "is GSSAPI"
        return Problem(
            "sasl.mechanism" if "sasl.mechanism" in properties else "security.protocol",
            f"sasl.mechanism {mechanism} (Kerberos), and this build of librdkafka has no Kerberos",
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
