"""Common mistakes in client properties that the client reports misleadingly, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from reconciler.addresses import PROTOCOLS
from reconciler.cluster import msk
from reconciler.cluster.key_files import Problem, file_problems
from reconciler.printable import quoted

_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI", msk.MECHANISM)
_WITH_PASSWORD = frozenset({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
_NEEDS_PROTOCOL = (
    "sasl.mechanism",
    "sasl.username",
    "sasl.password",
    "sasl.oauthbearer.",
    "ssl.ca.",
    "ssl.certificate.",
    "ssl.key.",
    "ssl.keystore.",
)
_PYTHON_ONLY = frozenset(
    {"default.topic.config", "error_cb", "logger", "oauth_cb", "on_commit", "on_delivery", "stats_cb", "throttle_cb"}
)


def mistakes(properties: Mapping[str, str]) -> Iterator[Problem]:
    """Mistakes that the client would not report, or not for the property at fault. Reads files, nothing else."""
    for key in sorted(properties.keys() & _PYTHON_ONLY):
        yield Problem(key, "this property takes a Python object and cannot be set as text", "remove it")
    protocol = properties.get("security.protocol")
    if not msk.is_used(properties) or (protocol or "").upper() in PROTOCOLS:
        yield from msk.msk_problems(properties)
    if protocol is None:
        yield from _without_protocol(properties)
    elif protocol.upper() not in PROTOCOLS:
        yield Problem(
            "security.protocol", f"{quoted(protocol)} is not a security protocol", f"use {_one_of(PROTOCOLS)}"
        )
    else:
        if protocol.upper().startswith("SASL"):
            yield from _sasl(properties)
        if protocol.upper().endswith("SSL"):
            yield from _key_alone(properties)
        yield from file_problems(properties, protocol.upper())


def _without_protocol(properties: Mapping[str, str]) -> Iterator[Problem]:
    """Without security.protocol the client connects in plain text and ignores properties for TLS and SASL."""
    for key in properties:
        if key.startswith(_NEEDS_PROTOCOL):
            sasl = any(each.startswith("sasl.") for each in properties)
            use = ("SASL_SSL", "SASL_PLAINTEXT") if sasl else ("SSL",)
            yield Problem(
                key,
                f"{key} is set, but security.protocol is not: the client would ignore {key} and connect in plain text",
                f"set security.protocol to {_one_of(use)}, or to PLAINTEXT for no encryption",
            )
            return


def _key_alone(properties: Mapping[str, str]) -> Iterator[Problem]:
    key = next((key for key in ("ssl.key.location", "ssl.key.pem") if properties.get(key)), None)
    if key and not any(properties.get(each) for each in ("ssl.certificate.location", "ssl.certificate.pem")):
        yield Problem(key, f"{key} is set without a certificate", "set ssl.certificate.location as well")


def _sasl(properties: Mapping[str, str]) -> Iterator[Problem]:
    mechanism = properties.get("sasl.mechanism", "")
    if not mechanism:
        given = [key for key in ("sasl.username", "sasl.password") if key in properties]
        if given:
            yield Problem(
                "sasl.mechanism" if "sasl.mechanism" in properties else given[0],
                "sasl.mechanism is not set, so the client would use Kerberos (GSSAPI)",
                f"use {_one_of(sorted(_WITH_PASSWORD))}",
            )
        return
    if mechanism not in _MECHANISMS:
        close = get_close_matches(mechanism.upper().replace("_", "-"), _MECHANISMS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use {_one_of(_MECHANISMS)}"
        yield Problem("sasl.mechanism", f"{quoted(mechanism)} is not a SASL mechanism", hint)
    elif mechanism in _WITH_PASSWORD:
        for key in ("sasl.username", "sasl.password"):
            if not properties.get(key):
                variable = f"KAFKA_{key.upper().replace('.', '_')}"
                yield Problem(
                    key if key in properties else "sasl.mechanism",
                    f"{key} is not set, but {mechanism} needs it",
                    f"set {key} in the --command-config file, or {variable}",
                )


def _one_of(words: tuple[str, ...] | list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
