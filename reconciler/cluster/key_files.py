"""The files that properties name for TLS and tokens, looked at before the client does: it says only "PEM lib"."""

from __future__ import annotations

import os
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


class Kind(NamedTuple):
    """What a file must hold, in words and as a PEM's first line, and how openssl makes it of the binary form."""

    what: str
    begins: re.Pattern[bytes] | None
    from_der: str


_CERTIFICATES = Kind("certificate", _CERTIFICATE, "openssl x509 -inform der -in FILE -out FILE.pem")
_PRIVATE_KEY = Kind("private key", _KEY, "openssl pkey -inform der -in FILE -out FILE.pem")
_REVOCATIONS = Kind("certificate revocation list", _CRL, "openssl crl -inform der -in FILE -out FILE.pem")

_TLS_FILES: Mapping[str, Kind] = {
    "ssl.ca.location": _CERTIFICATES,
    "ssl.certificate.location": _CERTIFICATES,
    "ssl.key.location": _PRIVATE_KEY,
    "ssl.crl.location": _REVOCATIONS,
    "ssl.keystore.location": Kind("PKCS#12 keystore", None, ""),
}
_TOKEN_FILES: Mapping[str, Kind] = {
    "sasl.oauthbearer.assertion.private.key.file": _PRIVATE_KEY,
    "sasl.oauthbearer.assertion.file": Kind("assertion", None, ""),
    "sasl.oauthbearer.assertion.jwt.template.file": Kind("template", None, ""),
}


class Problem(NamedTuple):
    """What is wrong with the value of ``key``, and what to do about it."""

    key: str
    message: str
    hint: str | None = None


def file_problems(properties: Mapping[str, str], security_protocol: str) -> Iterator[Problem]:
    """Files that the client will read with this ``security_protocol`` and that cannot be what they should."""
    files: dict[str, Kind] = {}
    if security_protocol.endswith("SSL"):
        files |= _TLS_FILES
    if security_protocol.startswith("SASL") and properties.get("sasl.mechanism") == "OAUTHBEARER":
        files |= _TOKEN_FILES
    for key, kind in files.items():
        path = properties.get(key, "")
        if path and (key, path) != ("ssl.ca.location", "probe"):  # the client's word for "look for it"
            yield from _problems_of(key, Path(path), kind, properties)


def _problems_of(key: str, path: Path, kind: Kind, properties: Mapping[str, str]) -> Iterator[Problem]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            if key != "ssl.ca.location":  # of an authority the client takes a directory, too
                yield Problem(key, f"{path} is a directory", f"name the file with the {kind.what}")
            return
        if not stat.S_ISREG(mode):
            what = "a pipe" if stat.S_ISFIFO(mode) else "not a regular file"
            yield Problem(key, f"{path} is {what}", "the client reads it more than once; write it to a file")
            return
        content = path.read_bytes()
    except FileNotFoundError:
        expand = "~ is not expanded here; write ${HOME}" if str(path).startswith("~") else None
        relative = None if path.is_absolute() else f"relative paths start at {os.curdir}, the working directory"
        yield Problem(key, f"there is no file {unmistakable(str(path))}", expand or relative)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        yield Problem(key, f"{path} cannot be read: {reason}")
    else:
        yield from _content_problems(key, path, content, kind, properties)


def _content_problems(
    key: str, path: Path, content: bytes, kind: Kind, properties: Mapping[str, str]
) -> Iterator[Problem]:
    if not content.strip():
        yield Problem(key, f"{path} is empty", f"it must hold a {kind.what}")
    elif content.startswith(_JKS):
        yield Problem(key, f"{path} is a Java keystore", _without_java(kind))
    elif kind.begins is not None and not kind.begins.search(content):
        if content.startswith(_DER):
            yield Problem(key, f"{path} is binary (DER or PKCS#12), not PEM", f"convert a DER file: {kind.from_der}")
        else:
            yield Problem(key, f"{path} has no {kind.what} in PEM form", _other_kind(content))
    elif kind is _PRIVATE_KEY and _ENCRYPTED.search(content):
        password = "ssl.key.password" if key.startswith("ssl.") else f"{key.removesuffix('.file')}.passphrase"
        if not properties.get(password):
            yield Problem(key, f"{path} is encrypted, and {password} is not set", f"set {password}")


def _without_java(kind: Kind) -> str:
    if kind.begins is None:
        return "convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"
    return "write it out as PEM: keytool -exportcert -rfc -keystore FILE -alias NAME -file FILE.pem"


def _other_kind(content: bytes) -> str | None:
    """What a PEM holds instead."""
    for each in (_CERTIFICATES, _PRIVATE_KEY, _REVOCATIONS):
        if each.begins is not None and each.begins.search(content):
            return f"it holds a {each.what}"
    return "it must begin with -----BEGIN …"
