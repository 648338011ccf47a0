"""Addresses of brokers: what can be wrong with a list of them before anything is sent.

The client takes any text: of ``localhost:99999`` it makes port 34463, of ``host:abc`` port 0, and an ``http://``
it drops from the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address

from reconciler.printable import quoted

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
"""What ``security.protocol`` can be."""

_PARTS = re.compile(r"(?:(?P<protocol>[^/]*)://)?(?P<host>\[[^\]]*\]|[^:]*)(?P<colon>:)?(?P<port>.*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?")
_PORT = re.compile(r"[0-9]{1,5}")
_HIGHEST_PORT = 65_535
_LONGEST_HOST = 253
_LONGEST_SHOWN = 80
_FORM = "write HOST:PORT, several separated by commas"


def addresses(text: str) -> list[str]:
    """The addresses of a list separated by commas; spaces, empty places and repetitions do not count."""
    return list(dict.fromkeys(part for each in text.split(",") if (part := each.strip())))


def address_of(host: str, port: int) -> str:
    """An address as it is written in a list."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def objection(text: str, *, security_protocol: str | None = None) -> str | None:
    """What is wrong with a list of broker addresses and how to write it, or ``None`` where nothing is.

    With ``security_protocol``, an address that begins with another protocol is objected to.
    """
    found = addresses(text)
    if not found:
        return f"no broker address in {quoted(text)}; {_FORM}"
    return next((wrong for each in found for wrong in _objections(each, security_protocol)), None)


def _objections(address: str, security_protocol: str | None) -> Iterator[str]:
    """What is wrong with one address, the first of them best."""
    parts = _PARTS.fullmatch(address)
    if parts is None:
        raise AssertionError("the pattern takes every text")
    shown = quoted(_shown(address))
    if parts["protocol"] is not None:
        yield from _of_protocol(shown, parts["protocol"].upper(), security_protocol)
    host, port = parts["host"], parts["port"]
    if host.startswith("["):
        if not _is_ipv6(host[1:-1]):
            yield f"{shown} has no valid IPv6 address in its brackets; write [::1]:9092"
    elif _is_ipv6(address):
        yield f"{shown} is an IPv6 address without brackets; write [::1]:9092"
    elif not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        yield f"{shown} has no valid host name; {_FORM}"
    if parts["colon"] is None:
        if port:
            yield f"{shown} is not a broker address; {_FORM}"
    elif not _PORT.fullmatch(port) or not 1 <= int(port) <= _HIGHEST_PORT:
        yield f"{shown} has no valid port; a port is a number from 1 to {_HIGHEST_PORT}"


def _of_protocol(shown: str, protocol: str, security_protocol: str | None) -> Iterator[str]:
    if protocol not in PROTOCOLS:
        yield f"{shown} is a URL, not a broker address; {_FORM}"
    elif security_protocol is not None and protocol != security_protocol.upper():
        yield (
            f"{shown} is an address for {protocol}, but security.protocol is {security_protocol.upper()}; "
            f"set security.protocol to {protocol} if that is right; otherwise write the address without it"
        )


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _shown(address: str) -> str:
    """The address without what a URL has before ``@``: that may be a password."""
    shown = address.rpartition("@")[2]
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
