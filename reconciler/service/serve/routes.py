"""What HTTP tells, as routes that any ASGI application can mount."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from reconciler.service.health import absences, errors_of, health_status, iso, topic_health
from reconciler.service.serve.audits import Board, Known
from reconciler.service.serve.metrics import Metrics
from reconciler.service.serve.page import PageSettings, render_page

MAX_ERRORS = 20
"""Topics that are missing, or not readable, named by ``/health``; ``/health/topics`` has all."""
_OK, _UNAVAILABLE = 200, 503
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(board: Board, metrics: Metrics, settings: PageSettings) -> Starlette:
    """An ASGI application with the routes ``/``, ``/health``, ``/health/topics``, ``/ready`` and ``/metrics``.

    Answers come from what is known; no request waits for the cluster. Links are relative, so it can be mounted
    anywhere: ``Mount("/kafka", app=application(…))``.
    """

    def health() -> Response:
        return JSONResponse(service(board.known, settings), _UNAVAILABLE if board.is_stuck else _OK)

    def topics() -> Response:
        complete = board.known.complete
        return JSONResponse(topic_health(complete.record if complete is not None else None))

    def ready() -> Response:
        is_ready = board.known.complete is not None
        words = "an audit has read the cluster" if is_ready else "no audit has read the cluster yet"
        return JSONResponse({"ready": is_ready, "reason": words}, _OK if is_ready else _UNAVAILABLE)

    def page() -> Response:
        return HTMLResponse(render_page(board.known, settings))

    async def exposition(request: Request) -> Response:
        body, media_type = metrics.exposition(request.headers.get("accept", ""))
        return Response(body, headers={**_HEADERS, "Content-Type": media_type})

    answers: Mapping[str, Callable[[], Response]] = {
        "/": page,
        "/health": health,
        "/health/topics": topics,
        "/ready": ready,
    }
    routes = [Route(path, _endpoint(answer)) for path, answer in answers.items()]
    return Starlette(routes=[*routes, Route("/metrics", exposition)])


def service(known: Known, settings: PageSettings) -> dict[str, Any]:
    """The health of the topics and of the last audit, as plain data."""
    last = known.last.record if known.last is not None else None
    complete = known.complete.record if known.complete is not None else None
    return {
        "status": health_status(last, complete),
        "errors": errors_of(last) or [*islice(absences(complete), MAX_ERRORS)],
        "topics_created": known.topics_created,
        "topic_creation_errors": known.topic_creation_errors,
        "auto_create": settings.auto_create,
        "retries": settings.retries,
        "timeout": settings.timeout,
        "last_verification": iso(complete.finished_at) if complete is not None else None,
        "last_audit": iso(last.finished_at) if last is not None else None,
        "next_audit": iso(known.next_at) if known.next_at is not None else None,
    }


def _endpoint(answer: Callable[[], Response]) -> Callable[[Request], Any]:
    async def endpoint(_request: Request) -> Response:
        response = answer()
        response.headers.update(_HEADERS)
        return response

    return endpoint
