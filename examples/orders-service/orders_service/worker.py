"""Reads orders from one topic and writes them, priced, to another."""

import logging
from threading import Event, Thread
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from orders_service.pricing import NotAnOrder, priced

GROUP = "orders-service"
REQUESTS, RESPONSES, DLQ = "orders.requests", "orders.responses", "orders.dlq"

log = logging.getLogger(__name__)


class Worker:
    """Works in a thread for the length of a ``with`` block."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._over = Event()
        self._thread = Thread(target=_work, args=(bootstrap_servers, self._over), name="worker")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def is_working(self) -> bool:
        """Whether it has not failed."""
        return self._thread.is_alive()


def _work(bootstrap_servers: str, over: Event) -> None:
    """Answer each order at least once: its offset is committed after the answer is written."""
    servers = {"bootstrap.servers": bootstrap_servers}
    producer = Producer(servers)
    consumer = Consumer(servers | {"group.id": GROUP, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([REQUESTS])
    try:
        while not over.is_set():
            record = consumer.poll(0.1)
            if record is not None and record.error() is None:
                _answer(record, producer)
                consumer.commit(message=record, asynchronous=False)
    finally:
        consumer.close()


def _answer(record: Message, producer: Producer) -> None:
    value = record.value() or b""
    try:
        topic, answer = RESPONSES, priced(value)
    except NotAnOrder as error:
        log.warning("not an order: %s", error)
        topic, answer = DLQ, value
    errors: list[KafkaError | None] = []
    producer.produce(topic, answer, record.key(), on_delivery=lambda error, _record: errors.append(error))
    producer.flush()
    if errors != [None]:
        raise KafkaException(*errors)
