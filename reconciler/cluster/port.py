"""What a port answers to the two requests that Kafka takes before a login. Neither has anything secret.

https://kafka.apache.org/protocol#protocol_api_keys. The Kafka client has no call for them.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

_SASL_HANDSHAKE, _API_VERSIONS = 17, 18
_CORRELATION = 1
_CLIENT = b"reconciler"
_LONGEST = 1024 * 1024
"""Bytes; the real answers have less than 2,000."""
_SHOWN = 200

METADATA = 3
_ILLEGAL_SASL_STATE = 34

Versions = Mapping[int, tuple[int, int]]
"""The lowest and the highest version of each request that a port takes, by API key."""


class NotKafka(Exception):
    """The port answers, but not as Kafka does; ``answer`` is the beginning of what it sent."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("the answer is not that of Kafka")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class SaslOffer:
    """Whether a port requires SASL, and the mechanisms that it offers then."""

    is_required: bool
    mechanisms: tuple[str, ...] = ()


def api_versions(connection: socket.socket) -> Versions:
    """The requests that the port takes. Raises NotKafka, EOFError where it hangs up, and OSError."""
    answer = _asked(connection, _API_VERSIONS, 0, b"")
    try:
        _error, number = struct.unpack_from(">hi", answer)
        keys = [struct.unpack_from(">hhh", answer, 6 + 6 * index) for index in range(number)]
    except struct.error:
        raise NotKafka(answer[:_SHOWN]) from None
    return {key: (lowest, highest) for key, lowest, highest in keys}


def sasl_offer(connection: socket.socket, mechanism: str) -> SaslOffer:
    """What the port says to the name of a SASL ``mechanism``. Raises as api_versions."""
    name = mechanism.encode()
    answer = _asked(connection, _SASL_HANDSHAKE, 1, struct.pack(">h", len(name)) + name)
    try:
        error, number = struct.unpack_from(">hi", answer)
        mechanisms, at = [], 6
        for _ in range(number):
            (length,) = struct.unpack_from(">h", answer, at)
            mechanisms.append(answer[at + 2 : at + 2 + length].decode(errors="replace"))
            at += 2 + length
    except struct.error:
        raise NotKafka(answer[:_SHOWN]) from None
    return SaslOffer(error != _ILLEGAL_SASL_STATE, tuple(mechanisms))


def _asked(connection: socket.socket, key: int, version: int, body: bytes) -> bytes:
    """The answer to a request, without its header."""
    request = struct.pack(">hhih", key, version, _CORRELATION, len(_CLIENT)) + _CLIENT + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    start = _received(connection, 4)
    (length,) = struct.unpack(">i", start)
    if not 4 <= length <= _LONGEST:  # noqa: PLR2004 - the correlation id has four bytes
        raise NotKafka(start + _what_follows(connection))
    answer = _received(connection, length)
    if struct.unpack_from(">i", answer) != (_CORRELATION,):
        raise NotKafka(start + answer[:_SHOWN])
    return answer[4:]


def _received(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = connection.recv(size - len(received))
        if not more:
            if received:
                raise NotKafka(received[:_SHOWN])
            raise EOFError
        received += more
    return received


def _what_follows(connection: socket.socket) -> bytes:
    with suppress(OSError):
        return connection.recv(_SHOWN)
    return b""
