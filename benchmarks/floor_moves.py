"""What moving replicas costs at least: one request for all of them by a bare client, and asking until it is done.

``python floor_moves.py SERVERS PREFIX NUMBER``: so many replicas for each partition of the topics with this prefix.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing

from kafka.admin import KafkaAdminClient
from kafka.structs import TopicPartition

POLL_SECONDS = 0.2


def main(servers: str, prefix: str, number: int) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=servers.split(","))) as client:
        brokers = sorted(each["broker_id"] for each in client.describe_cluster()["brokers"])
        names = [name for name in client.list_topics() if name.startswith(prefix)]
        moves = {
            TopicPartition(topic["name"], each["partition_index"]): _replicas(each["replica_nodes"], brokers, number)
            for topic in client.describe_topics(names)
            for each in topic["partitions"]
        }
        refused = [error for error in client.alter_partition_reassignments(moves).values() if error is not None]
        if refused:
            sys.exit(str(refused[0]))
        while client.list_partition_reassignments():
            time.sleep(POLL_SECONDS)


def _replicas(now: list[int], brokers: list[int], number: int) -> list[int]:
    return [*now, *(broker for broker in brokers if broker not in now)][:number]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
