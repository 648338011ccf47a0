"""kafka-python, a second client for what librdkafka has no request for. The extra ``reassign`` brings it."""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import wait
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

from reconciler.cluster.background import in_background
from reconciler.cluster.connection import GRACE_SECONDS, Connection
from reconciler.cluster.not_asked import NotAsked
from reconciler.cluster.second_login import LOGIN, login_of
from reconciler.cluster.tls_context import tls_context

__all__ = ["NotAsked", "ask_second_client", "is_installed", "settings_of"]

_TRANSLATED = LOGIN | {
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.certificate.location",
    "ssl.endpoint.identification.algorithm",
    "ssl.key.location",
    "ssl.key.password",
}
_POLL_SECONDS = 0.05
_DUMP = re.compile(r": Request '.*' failed with response '.*'\.?", re.DOTALL)
"""What the client adds to an error of a broker: both messages in full."""

Result = TypeVar("Result")

# Else Python writes its warnings to standard error, of brokers that are down for instance, where nobody logs.
logging.getLogger("kafka").addHandler(logging.NullHandler())


@contextmanager
def _without_debug_lines() -> Iterator[None]:
    """No lines of the client below INFO: they have what is sent, passwords included."""
    logger = logging.getLogger("kafka")
    before = logger.level
    logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        logger.setLevel(before)


def is_installed() -> bool:
    """Whether this installation has the client."""
    return find_spec("kafka") is not None


def ask_second_client(
    connection: Connection, call: Callable[[Any], Result], *, api: str, at_most: float = math.inf
) -> Result:
    """What ``call`` gets of a ``KafkaAdminClient`` with the properties of ``connection``. Raises NotAsked.

    The request counts as ``api``. It is given up after ``at_most`` seconds, or earlier where the step has less time.
    Also raises DeadlinePassed, and what ``check`` of the connection raises.
    """
    if not is_installed():
        raise NotAsked("the Kafka client has no request for it; install kafka-topic-reconciler[reassign]")
    if not connection.makes_clients:
        raise NotAsked("it needs a client of its own, and the properties of the given client are not known")
    seconds = min(connection.write_timeout(), at_most)
    if connection.second_settings is None:  # read once: with them a token is kept, too
        connection.second_settings = settings_of(connection.properties)
    settings = {**connection.second_settings, **_limits(seconds)}
    connection.requests[api] += 1

    def ask() -> Result:
        from kafka.admin import KafkaAdminClient  # noqa: PLC0415 - an extra, and 0.1 s

        with _without_debug_lines(), closing(KafkaAdminClient(**settings)) as client:
            return call(client)

    answer, began = in_background(ask), time.monotonic()
    while not answer.done() and time.monotonic() < began + seconds + GRACE_SECONDS:
        wait([answer], _POLL_SECONDS)
        connection.still_waiting(began)
    connection.took(api, began)
    if not answer.done():
        raise NotAsked(f"no answer within {seconds:g} s; check the network, or raise --timeout")
    error = answer.exception()
    if isinstance(error, NotAsked):
        raise error
    if error is not None:
        words = _DUMP.sub("", f"{type(error).__name__}: {error}")
        raise NotAsked(connection.diagnosis.clean(f"kafka-python: {words}")) from error
    return answer.result()


def settings_of(properties: Mapping[str, str]) -> dict[str, Any]:
    """Properties of librdkafka as arguments of ``KafkaAdminClient``; time limits and the like are left out.

    Raises NotAsked for one about security that it does not have.
    """
    protocol = properties.get("security.protocol", "PLAINTEXT").upper()
    for key in properties:
        if _concerns(key, protocol) and key not in _TRANSLATED:
            raise NotAsked(f"it needs a second client, kafka-python, which does not support {key}")
    servers = (address.strip().rpartition("://")[2] for address in properties["bootstrap.servers"].split(","))
    settings: dict[str, Any] = {
        "bootstrap_servers": [server for server in servers if server],
        "client_id": properties.get("client.id", "reconciler"),
        "security_protocol": protocol,
    }
    if protocol.startswith("SASL"):
        settings |= login_of(properties)
    if protocol.endswith("SSL"):
        settings["ssl_context"] = _tls(properties)
    return settings


def _concerns(key: str, protocol: str) -> bool:
    """Whether the property ``key`` is about the security of a connection with this ``protocol``."""
    if key.startswith("sasl."):
        return protocol.startswith("SASL")
    return key.startswith(("ssl.", "enable.ssl.")) and protocol.endswith("SSL")


def _tls(properties: Mapping[str, str]) -> Any:
    try:
        context = tls_context(properties)
        if certificate := properties.get("ssl.certificate.location"):
            context.load_cert_chain(certificate, properties.get("ssl.key.location"), properties.get("ssl.key.password"))
    except OSError as error:
        raise NotAsked(
            f"it needs a second client, which cannot read the TLS files: {error.strerror or error}"
        ) from None
    return context


def _limits(seconds: float) -> Mapping[str, int]:
    milliseconds = max(int(seconds * 1000), 1)
    return {"bootstrap_timeout_ms": milliseconds, "request_timeout_ms": milliseconds}
