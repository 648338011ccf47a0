"""The floor: the same work with the same client and nothing else. ``floor.py read|create SERVERS NAMES_FILE``."""

import sys
from pathlib import Path

from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

CHUNK = 200


def read(admin: AdminClient, names: list[str]) -> None:
    """One metadata request and the configuration of every topic."""
    listed = admin.list_topics(timeout=60).topics
    present = [name for name in names if name in listed]
    for start in range(0, len(present), CHUNK):
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in present[start : start + CHUNK]]
        for answer in admin.describe_configs(resources, request_timeout=60).values():
            answer.result()


def create(admin: AdminClient, names: list[str]) -> None:
    """Create every topic and wait until all are visible."""
    for start in range(0, len(names), CHUNK):
        topics = [NewTopic(name, num_partitions=1, replication_factor=1) for name in names[start : start + CHUNK]]
        for answer in admin.create_topics(topics, request_timeout=60).values():
            answer.result()
    while not set(names) <= admin.list_topics(timeout=60).topics.keys():
        pass


if __name__ == "__main__":
    what, servers, file = sys.argv[1:]
    {"read": read, "create": create}[what](
        AdminClient({"bootstrap.servers": servers}), Path(file).read_text(encoding="utf-8").split()
    )
