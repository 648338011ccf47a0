"""The service over HTTP: it starts once its topics exist, and tells how they are."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from orders_service.worker import GROUP, Worker
from reconciler import ensure_topics_async
from reconciler.service import HealthMonitor

MANIFEST = Path(__file__).parent.parent / "topics.yaml"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Make sure that the topics exist, then work until the server stops. Raises TopicsNotReady."""
    report = await ensure_topics_async(MANIFEST, environment=os.environ.get("ORDERS_ENVIRONMENT"), group=GROUP)
    app.state.topics = HealthMonitor(report)
    with Worker(os.environ["KAFKA_BOOTSTRAP_SERVERS"]) as app.state.worker:
        yield


async def health(request: Request) -> JSONResponse:
    """For a readiness probe: 503 while a topic is missing, Kafka cannot be read, or the worker has failed."""
    state = request.app.state
    found = await asyncio.to_thread(state.topics.service_health)
    is_ready = found["status"] != "error" and state.worker.is_working
    return JSONResponse(found, status_code=200 if is_ready else 503)


async def topics(request: Request) -> JSONResponse:
    """Which topics are there, which are missing, which differ."""
    return JSONResponse(await asyncio.to_thread(request.app.state.topics.topic_health))


app = Starlette(routes=[Route("/health", health), Route("/health/topics", topics)], lifespan=lifespan)
