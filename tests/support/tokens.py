"""An OAuth token server, and the JSON Web Tokens that it issues, signed as a broker with its key set wants them."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

AUDIENCE, ISSUER = "kafka", "https://tokens.example"
LIFETIME_SECONDS = 600


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _json(content: Any) -> str:
    return _encoded(json.dumps(content).encode())


def _number(number: int) -> str:
    return _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class Issuer:
    """Signs tokens with a key of its own."""

    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def key_set(self) -> str:
        """The public key, as the file that a broker takes for ``sasl.oauthbearer.jwks.endpoint.url``."""
        numbers = self.key.public_key().public_numbers()
        public = {
            "kty": "RSA",
            "kid": "1",
            "alg": "RS256",
            "use": "sig",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return json.dumps({"keys": [public]})

    def token(self, subject: str, *, audience: str = AUDIENCE, seconds: float = LIFETIME_SECONDS) -> str:
        """A token for ``subject`` that is valid for so many seconds from now."""
        now = time.time()
        claims = {
            "sub": subject,
            "iss": ISSUER,
            "aud": audience,
            "iat": int(now) - 1,
            "exp": int(now + seconds),
            "scope": "kafka",
        }
        signed = f"{_json({'alg': 'RS256', 'kid': '1'})}.{_json(claims)}"
        return f"{signed}.{_encoded(self.key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


@dataclass(frozen=True)
class TokenServer:
    """The address of a running token server, to which each path means something else.

    ``/token`` issues a token to each client that has the secret; ``/expired``, ``/foreign`` (another key) and
    ``/audience`` (for another service) issue one that is no good; a path that is an HTTP status gets that status.
    """

    url: str
    issuer: Issuer
    """Whose tokens ``/token`` gives."""
    issued: list[str]
    """All tokens so far."""


@contextmanager
def token_server(issuer: Issuer, secret: str) -> Iterator[TokenServer]:
    """A server that issues tokens of ``issuer`` to clients with ``secret``, until the end of the block."""
    stranger, issued = Issuer(), list[str]()
    tokens: Mapping[str, Callable[[str], str]] = {
        "/token": issuer.token,
        "/expired": lambda client: issuer.token(client, seconds=-60),
        "/foreign": stranger.token,
        "/audience": lambda client: issuer.token(client, audience="another"),
    }

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
            client, _, given = b64decode(credentials).decode().partition(":")
            if self.path not in tokens:
                self._answer(int(self.path.removeprefix("/")), {})
            elif (scheme, given) != ("Basic", secret):
                self._answer(401, {"error": "invalid_client"})
            else:
                issued.append(tokens[self.path](client))
                self._answer(200, {"access_token": issued[-1], "token_type": "Bearer", "expires_in": LIFETIME_SECONDS})

        def _answer(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield TokenServer(f"http://127.0.0.1:{server.server_port}", issuer, issued)
        finally:
            server.shutdown()
