"""Groups without members that have read some of the topics."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

SECONDS = 60
TOPICS_OF_A_GROUP = 10


def write_groups(servers: str, topics: Sequence[str], number: int) -> None:
    """Commit offsets of ten topics each for ``number`` groups; all topics have groups where that is possible."""
    _await_coordinator(servers, topics[0])
    admin = AdminClient({"bootstrap.servers": servers})
    step = max(1, len(topics) // number)
    left = {
        f"group-{group:05}": {topics[(group * step + place) % len(topics)] for place in range(TOPICS_OF_A_GROUP)}
        for group in range(number)
    }
    while left:  # a broker that still makes the files of new topics does not take all offsets
        under_way: dict[str, Future[ConsumerGroupTopicPartitions]] = {}
        for name, of_group in left.items():
            offsets = ConsumerGroupTopicPartitions(name, [TopicPartition(topic, 0, 0) for topic in of_group])
            under_way |= admin.alter_consumer_group_offsets([offsets], request_timeout=SECONDS)
        left = {name: left[name] for name, answer in under_way.items() if not _is_done(answer)}


def _is_done(answer: Future[ConsumerGroupTopicPartitions]) -> bool:
    try:
        return not any(each.error for each in answer.result(2 * SECONDS).topic_partitions or ())
    except KafkaException:
        return False


def _await_coordinator(servers: str, topic: str) -> None:
    """The first question for a coordinator makes the topic of offsets, which takes a moment."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "first", "log_level": 0})
    while True:
        try:
            consumer.committed([TopicPartition(topic, 0)], timeout=SECONDS)
        except KafkaException:
            continue
        consumer.close()
        return
