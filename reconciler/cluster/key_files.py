"""Checks of the files for TLS and tokens, before the client reads them: its own message is only "PEM lib"."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.printable import unmistakable

_DER, _JKS = b"\x30", b"\xfe\xed\xfe\xed"
_CERTIFICATE = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")
_CRL = re.compile(rb"-----BEGIN X509 CRL-----")
_KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")
_ENCRYPTED = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED")


class FileFormat(NamedTuple):
    """What a file must contain, the first line of its PEM format, and the command that converts its binary format."""

    what: str
    begins: re.Pattern[bytes] | None
    from_der: str


_CERTIFICATES = FileFormat("certificate", _CERTIFICATE, "openssl x509 -inform der -in FILE -out FILE.pem")
_PRIVATE_KEY = FileFormat("private key", _KEY, "openssl pkey -inform der -in FILE -out FILE.pem")
_REVOCATIONS = FileFormat("certificate revocation list", _CRL, "openssl crl -inform der -in FILE -out FILE.pem")

_TLS_FILES: Mapping[str, FileFormat] = {
    "ssl.ca.location": _CERTIFICATES,
    "ssl.certificate.location": _CERTIFICATES,
    "ssl.key.location": _PRIVATE_KEY,
    "ssl.crl.location": _REVOCATIONS,
    "ssl.keystore.location": FileFormat("PKCS#12 keystore", None, ""),
}
_TOKEN_FILES: Mapping[str, FileFormat] = {
    "sasl.oauthbearer.assertion.private.key.file": _PRIVATE_KEY,
    "sasl.oauthbearer.assertion.file": FileFormat("signed assertion", None, ""),
    "sasl.oauthbearer.assertion.jwt.template.file": FileFormat("JWT template", None, ""),
}


class Problem(NamedTuple):
    """A problem with the value of ``key``, and what to do about it."""

    key: str
    message: str
    hint: str | None = None


def file_problems(properties: Mapping[str, str], security_protocol: str) -> Iterator[Problem]:
    """Problems of the files that the client reads with this ``security_protocol``."""
    files: dict[str, FileFormat] = {}
    if security_protocol.endswith("SSL"):
        files |= _TLS_FILES
    if security_protocol.startswith("SASL") and properties.get("sasl.mechanism") == "OAUTHBEARER":
        files |= _TOKEN_FILES
    for key, expected in files.items():
        path = properties.get(key, "")
        if path and (key, path) != ("ssl.ca.location", "probe"):  # librdkafka's value for "search the usual places"
            yield from _problems_of(key, Path(path), expected, properties)


def _problems_of(key: str, path: Path, expected: FileFormat, properties: Mapping[str, str]) -> Iterator[Problem]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            if key != "ssl.ca.location":  # the client also takes a directory of authorities
                yield Problem(key, f"{path} is a directory", f"name the file with the {expected.what}")
            return
        if not stat.S_ISREG(mode):
            what = "a pipe" if stat.S_ISFIFO(mode) else "not a regular file"
            yield Problem(key, f"{path} is {what}", "the client reads the file more than once; use a regular file")
            return
        content = path.read_bytes()
    except FileNotFoundError:
        expand = "~ is not expanded here; write ${HOME}" if str(path).startswith("~") else None
        relative = None if path.is_absolute() else "relative paths start at the working directory"
        yield Problem(key, f"the file {unmistakable(str(path))} does not exist", expand or relative)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        yield Problem(key, f"{path} cannot be read: {reason}")
    else:
        yield from _content_problems(key, path, content, expected, properties)


def _content_problems(
    key: str, path: Path, content: bytes, expected: FileFormat, properties: Mapping[str, str]
) -> Iterator[Problem]:
    if not content.strip():
        yield Problem(key, f"{path} is empty", f"the file must contain a {expected.what}")
    elif content.startswith(_JKS):
        yield Problem(key, f"{path} is a Java keystore", _without_java(expected))
    elif expected.begins is not None and not expected.begins.search(content):
        if content.startswith(_DER):
            yield Problem(
                key, f"{path} is binary (DER or PKCS#12), not PEM", f"convert a DER file: {expected.from_der}"
            )
        else:
            yield Problem(key, f"{path} has no {expected.what} in PEM format", _found_instead(content))
    elif expected is _PRIVATE_KEY and _ENCRYPTED.search(content):
        password = "ssl.key.password" if key.startswith("ssl.") else f"{key.removesuffix('.file')}.passphrase"
        if not properties.get(password):
            yield Problem(key, f"{path} is encrypted, but {password} is not set", f"set {password}")


def _without_java(expected: FileFormat) -> str:
    if expected.begins is None:
        return "convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"
    return "convert it to PEM: keytool -exportcert -rfc -keystore FILE -alias NAME -file FILE.pem"


def _found_instead(content: bytes) -> str | None:
    """What the PEM file contains instead."""
    for each in (_CERTIFICATES, _PRIVATE_KEY, _REVOCATIONS):
        if each.begins is not None and each.begins.search(content):
            return f"the file contains a {each.what}"
    return "a PEM file begins with -----BEGIN …"
