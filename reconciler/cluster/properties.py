"""Client properties by their librdkafka names: where each was set, and which are secrets.

https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from reconciler.errors import Origin

_SECRET = re.compile(
    r"passw(or)?d|passphrase|secret|jaas|[._]pem$|sasl\.oauthbearer\.config$|token(?!\.endpoint)"
    r"|(^|[._-])key$",
    re.IGNORECASE,
)
_IN_A_URL = re.compile(r"://(?P<user>[^/@\s]+)@")
"""What a URL has before the host: a user and a password, or only a token."""
_ALIASES = {"metadata.broker.list": "bootstrap.servers", "sasl.mechanisms": "sasl.mechanism"}

_LONGEST_OF_A_FEW_LETTERS = 3
_SHORTEST_REPLACED_ANYWHERE = 12


@dataclass(frozen=True, slots=True, repr=False)
class ClientSettings:
    """Properties of the client by their librdkafka names, and the places of those that have one.

    Neither ``repr`` nor ``str`` shows the value of a secret.
    """

    properties: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))

    def __repr__(self) -> str:
        """All properties, secrets as ``***``."""
        shown = {
            key: "***" if is_secret(key) else _IN_A_URL.sub("://***@", value) for key, value in self.properties.items()
        }
        return f"ClientSettings({shown})"

    def over(self, other: ClientSettings) -> ClientSettings:
        """These settings, completed by those of ``other``."""
        places = {key: place for key, place in other.places.items() if key not in self.properties}
        return ClientSettings({**other.properties, **self.properties}, {**places, **self.places})


def canonical(key: str) -> str:
    """The name that we use for a property that has two names in librdkafka."""
    return _ALIASES.get(key, key)


def is_secret(key: str) -> bool:
    """Whether the value of ``key`` must never be shown. File names may be shown."""
    return bool(_SECRET.search(key))


def value_of(key: str, text: str) -> str:
    r"""The value of ``key`` for the client: a PEM on one line has ``\n`` for its line breaks."""
    return text.replace("\\n", "\n") if key.endswith(".pem") else text


def without_secrets(text: str, properties: Mapping[str, str]) -> str:
    """``text`` with every secret value of ``properties``, and every login in a URL, replaced by ``***``.

    Only whole values are replaced, not parts of other words; a value of up to three letters only in quotes or after
    ``=``.
    """
    for secret in sorted(set(_secrets(properties)), key=len, reverse=True):
        text = _pattern(secret).sub("***", text)
    return text


def _secrets(properties: Mapping[str, str]) -> Iterator[str]:
    for key, value in properties.items():
        if is_secret(key) and value:
            yield value
            # A message of the client may contain one line of a key.
            yield from (line for line in value.splitlines() if _is_long(line) and not line.startswith("-----"))
        for url in _IN_A_URL.finditer(value):
            password = url["user"].partition(":")[2]
            yield from filter(None, (url["user"], password, unquote(password)))


def _is_long(text: str) -> bool:
    return len(text) >= _SHORTEST_REPLACED_ANYWHERE


def _pattern(secret: str) -> re.Pattern[str]:
    value = re.escape(secret)
    if len(secret) <= _LONGEST_OF_A_FEW_LETTERS:
        return re.compile(rf"""(?<=["'`=]){value}(?=["'`,;\s]|$)""")
    if not _is_long(secret):
        return re.compile(rf"(?<!\w)(?<!\w[.-]){value}(?!\w|[.-]\w)")
    return re.compile(value)
