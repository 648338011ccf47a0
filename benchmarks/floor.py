"""The floor: the same requests with the same client, and nothing else.

``floor.py SERVERS TOPICS.json WHAT``, where WHAT is ``read``, ``check-creates``, ``check-changes`` or ``create``
and the file has ``[name, partitions, configuration]`` for every topic.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

READ_CHUNK, WRITE_CHUNK = 200, 400
EVERY = 100
LOOK_EVERY_SECONDS = 0.05

Topics = Mapping[str, tuple[int, dict[str, str]]]


def read(admin: AdminClient, topics: Topics) -> None:
    """One metadata request and the configuration of every topic."""
    listed = admin.list_topics(timeout=60).topics
    for chunk in chunks([name for name in topics if name in listed], READ_CHUNK):
        settle(admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in chunk], request_timeout=60))


def check_changes(admin: AdminClient, topics: Topics) -> None:
    """The same, and a change of every hundredth topic put to the broker."""
    read(admin, topics)
    for chunk in chunks(list(topics)[::EVERY], WRITE_CHUNK):
        settle(admin.incremental_alter_configs([new_retention(name) for name in chunk], validate_only=True))


def new_retention(name: str) -> ConfigResource:
    entry = ConfigEntry("retention.ms", "259200000", incremental_operation=AlterConfigOpType.SET)
    return ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])


def check_creates(admin: AdminClient, topics: Topics) -> None:
    """One metadata request, the missing topics asked for by name, and their creation put to the broker."""
    listed = admin.list_topics(timeout=60).topics
    missing = [name for name in topics if name not in listed]
    for answer in admin.describe_topics(TopicCollection(missing), request_timeout=60).values():
        if answer.exception() is None:
            sys.exit("a topic that was to be new is there")
    ask_for(admin, topics, validate_only=True)


def create(admin: AdminClient, topics: Topics) -> None:
    """Create every topic and wait until all are visible."""
    ask_for(admin, topics, validate_only=False)
    while not topics.keys() <= admin.list_topics(timeout=60).topics.keys():
        time.sleep(LOOK_EVERY_SECONDS)  # a broker that is asked without a pause takes longer


def ask_for(admin: AdminClient, topics: Topics, *, validate_only: bool) -> None:
    for chunk in chunks(list(topics), WRITE_CHUNK):
        new = [NewTopic(name, num_partitions=topics[name][0], config=topics[name][1]) for name in chunk]
        settle(admin.create_topics(new, request_timeout=60, validate_only=validate_only))


def chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def settle(answers: Mapping[Any, Future[Any]]) -> None:
    for answer in answers.values():
        answer.result()


if __name__ == "__main__":
    servers, file, what = sys.argv[1:]
    work = {"read": read, "check-changes": check_changes, "check-creates": check_creates, "create": create}[what]
    topics = {name: (partitions, config) for name, partitions, config in json.loads(Path(file).read_bytes())}
    try:
        work(AdminClient({"bootstrap.servers": servers}), topics)
    except KafkaException as error:
        sys.exit(str(error))
