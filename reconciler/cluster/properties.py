"""Client properties by librdkafka's names, from a file, from ``-X`` and from the bootstrap address.

https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.errors import ClusterUnavailable, Location

_SECRET = re.compile(r"password|secret|\.pem$|sasl\.oauthbearer\.config|jaas")


def is_secret(key: str) -> bool:
    """Whether the value of ``key`` must never be shown."""
    return bool(_SECRET.search(key))


def read_properties(path: Path) -> tuple[dict[str, str], dict[str, Location]]:
    """The ``key=value`` lines of a properties file, and the place of each key.

    Empty lines and lines that start with ``#`` do not count. Raises ClusterUnavailable naming every other
    line that is no property, without its text: it may hold a secret.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ClusterUnavailable.because(
            "command-config",
            f"{path} cannot be read: {reason}",
            hint="--command-config takes a file of key=value lines",
        ) from error
    properties: dict[str, str] = {}
    places: dict[str, Location] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        place = Location(str(path), number, 1)
        if not equals or not key.strip():
            raise ClusterUnavailable.because("command-config", "this line is no key=value", origin=place)
        properties[key.strip()] = value.strip()
        places[key.strip()] = place
    return properties, places


def without_secrets(text: str, properties: Mapping[str, str]) -> str:
    """``text`` with every secret value of ``properties`` blanked out."""
    secrets: Iterable[str] = (value for key, value in properties.items() if is_secret(key) and value)
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
