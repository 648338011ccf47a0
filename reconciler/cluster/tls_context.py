"""TLS of Python's own, with the trust that the properties of librdkafka ask for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext


def tls_context(properties: Mapping[str, str]) -> SSLContext:
    """A context that trusts the same authorities as the client. Raises OSError for a file that cannot be read."""
    import ssl  # noqa: PLC0415 - most commands need none

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = properties.get("ssl.endpoint.identification.algorithm", "https") != "none"
    location, pem = properties.get("ssl.ca.location", "probe"), properties.get("ssl.ca.pem")
    if pem:
        context.load_verify_locations(cadata=pem)
    elif location == "probe":
        context.load_default_certs()
    elif Path(location).is_dir():
        context.load_verify_locations(capath=location)
    else:
        context.load_verify_locations(cafile=location)
    return context
