"""What the service does, on a real Kafka."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import urlopen

import pytest
from confluent_kafka import Consumer, Producer

from orders_service.worker import DLQ, REQUESTS, RESPONSES
from reconciler import TopicSpec
from reconciler.sandbox import Sandbox

SECONDS = 30


def sent(kafka: Sandbox, value: bytes, *, answered_in: str) -> bytes | None:
    """The first record of the topic of answers, after ``value`` was sent to the service."""
    servers = {"bootstrap.servers": kafka.bootstrap_servers}
    producer = Producer(servers)
    producer.produce(REQUESTS, value)
    assert producer.flush(SECONDS) == 0
    consumer = Consumer(servers | {"group.id": "tests", "auto.offset.reset": "earliest"})
    consumer.subscribe([answered_in])
    record = consumer.poll(SECONDS)
    consumer.close()
    assert record is not None, "no answer"
    assert record.error() is None
    return record.value()


def got(address: str) -> Any:
    with urlopen(address, timeout=SECONDS) as answer:
        return json.load(answer)


@pytest.mark.usefixtures("service")
def test_an_order_is_priced(kafka_sandbox: Sandbox) -> None:
    answer = sent(kafka_sandbox, b'{"item": "pear", "number": 3}', answered_in=RESPONSES)
    assert json.loads(answer or b"") == {"item": "pear", "number": 3, "cents": 210}


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("value", [b"three pears", b'{"item": "plum", "number": 1}'])
def test_what_cannot_be_priced_is_put_aside(value: bytes, kafka_sandbox: Sandbox) -> None:
    assert sent(kafka_sandbox, value, answered_in=DLQ) == value


def test_health_tells_that_the_topics_are_there(service: str, kafka_topics: Mapping[str, TopicSpec]) -> None:
    assert got(f"{service}/health")["status"] == "healthy"
    found = got(f"{service}/health/topics")
    assert (found["existing"], found["missing"], found["mismatched"]) == (sorted(kafka_topics), [], [])
