"""Asks an ASGI application, without a server."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette


async def answers(application: Starlette, *paths: str) -> list[tuple[int, Any]]:
    """Status and JSON of the answer to a GET of each path, while the application runs."""
    async with application.router.lifespan_context(application):
        return [await _get(application, path) for path in paths]


async def _get(application: Starlette, path: str) -> tuple[int, Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
    await application(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent))
