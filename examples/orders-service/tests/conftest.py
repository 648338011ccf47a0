"""The service under test."""

from collections.abc import Iterator, Mapping
from threading import Thread
from time import sleep

import pytest
import uvicorn

from orders_service.app import app
from reconciler import TopicSpec


@pytest.fixture
def service(empty_kafka_topics: Mapping[str, TopicSpec]) -> Iterator[str]:
    """The address of the running service, which begins with empty topics."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service does not start"
        sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()
