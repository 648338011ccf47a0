"""Client properties from environment variables, and from the files that ``…_FILE`` variables name (mounted secrets)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from reconciler.addresses import PROTOCOLS
from reconciler.cluster.properties import ClientSettings, value_of
from reconciler.errors import ClusterUnavailable, Diagnostic, Severity, Variable
from reconciler.printable import quoted, unmistakable

_PROPERTIES = (
    "security.protocol",
    "sasl.mechanism",
    "sasl.username",
    "sasl.password",
    "sasl.oauthbearer.method",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.scope",
    "sasl.oauthbearer.extensions",
    "sasl.oauthbearer.token.endpoint.url",
    "sasl.kerberos.service.name",
    "sasl.kerberos.principal",
    "sasl.kerberos.keytab",
    "aws.region",
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.certificate.location",
    "ssl.certificate.pem",
    "ssl.key.location",
    "ssl.key.pem",
    "ssl.key.password",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.endpoint.identification.algorithm",
)
_IN_FILES = (
    "sasl.username",
    "sasl.password",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "ssl.ca.pem",
    "ssl.certificate.pem",
    "ssl.key.pem",
    "ssl.key.password",
    "ssl.keystore.password",
)


def _named(key: str) -> str:
    return f"KAFKA_{key.upper().replace('.', '_')}"


VARIABLES: Mapping[str, str] = MappingProxyType({_named(key): key for key in _PROPERTIES})
"""Environment variables that set a property. Not by prefix: containers of brokers use the same prefix."""
FILE_VARIABLES: Mapping[str, str] = MappingProxyType({f"{_named(key)}_FILE": key for key in _IN_FILES})
"""Environment variables that name a file with the value of a property: names and secrets of a login, and PEMs."""
USE_SSL = "KAFKA_USE_SSL"
"""Environment variable that sets ``security.protocol`` by whether there is a SASL mechanism."""
ALL_VARIABLES = frozenset({*VARIABLES, *FILE_VARIABLES, USE_SSL})
"""Names of all variables about the connection, but for the one with the cluster's address."""

_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "y", "on", "t"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "f"), False),
}
_MOST_BYTES = 1_000_000
_PROTOCOL = "security.protocol"


class _Wrong(ValueError):
    """A file that is no good: the message without the variable's name, and the hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def completed_by(environ: Mapping[str, str], settings: ClientSettings) -> ClientSettings:
    """``settings``, completed by the documented ``KAFKA_*`` variables; a blank variable counts as not set.

    Raises ClusterUnavailable with every problem, none of which shows the value of a secret. The problems of a variable
    count even if ``settings`` have the property, so that they do not appear when another source goes.
    """
    values: dict[str, str] = {}
    places: dict[str, Variable] = {}
    problems: list[Diagnostic] = []
    for name, key in (*VARIABLES.items(), *FILE_VARIABLES.items()):
        given = environ.get(name, "")
        if not given.strip():
            continue
        if key in places:
            both = f"{name} and {places[key]} are both set"
            problems.append(_problem(name, both, "unset one of the two variables"))
            continue
        try:
            text = _content(given, key) if name in FILE_VARIABLES else given
        except _Wrong as wrong:
            problems.append(_problem(name, f"{name}: {wrong.message}", wrong.hint))
        else:
            values[key], places[key] = value_of(key, text), Variable(name)
    problems += _contradictions(environ)
    if problems:
        raise ClusterUnavailable(*problems)
    return _with_protocol(settings.over(ClientSettings(values, places)), environ)


def _content(file: str, key: str) -> str:
    """The content of ``file`` without the line break at its end, as the value of ``key``. Raises _Wrong."""
    shown = unmistakable(file)
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _Wrong(f"{shown} is not UTF-8 text", "save the file as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _Wrong(f"{shown} cannot be read: {reason}", f"the variable names a file with {key}") from None
    if not text.strip():
        raise _Wrong(f"{shown} is empty", f"the file must contain {key}")
    if len(content) > _MOST_BYTES:
        raise _Wrong(f"{shown} is larger than {_MOST_BYTES // 1_000_000} MB", f"the file must contain {key} only")
    if "\0" in text or ("\n" in text and not key.endswith(".pem")):
        what = "a NUL character" if "\0" in text else "more than one line"
        raise _Wrong(f"{shown} has {what}", f"the file must contain {key} only")
    return text


def _contradictions(environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What is wrong with KAFKA_USE_SSL."""
    given, name = environ.get(USE_SSL, "").strip(), _named(_PROTOCOL)
    protocol = environ.get(name, "").strip().upper()
    if not given:
        return
    use = _WORDS.get(given.lower())
    if use is None:
        yield _problem(USE_SSL, f"{USE_SSL}: {quoted(given)} is not a truth value", "use true or false")
    elif protocol in PROTOCOLS and protocol.endswith("SSL") is not use:
        meaning = "SSL or SASL_SSL" if use else "PLAINTEXT or SASL_PLAINTEXT"
        words = f"{USE_SSL}: {given} means {meaning}, but {name} is {protocol}"
        yield _problem(USE_SSL, words, "unset one of the two variables")


def _with_protocol(settings: ClientSettings, environ: Mapping[str, str]) -> ClientSettings:
    """``settings`` with the protocol that KAFKA_USE_SSL means, where nothing else sets one."""
    use = _WORDS.get(environ.get(USE_SSL, "").strip().lower())
    if use is None:
        return settings
    tls, sasl = "SSL" if use else "PLAINTEXT", "SASL_" if settings.properties.get("sasl.mechanism") else ""
    return settings.over(ClientSettings({_PROTOCOL: f"{sasl}{tls}"}, {_PROTOCOL: Variable(USE_SSL)}))


def _problem(name: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code="variable", message=message, hint=hint, origin=Variable(name))
