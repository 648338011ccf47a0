"""``produce_and_read.py TOPIC PRODUCED GROUP READ``: records of two days ago, of which a consumer group reads some."""

import os
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition

topic, produced, group, read = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
servers = {"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"]}

producer = Producer({**servers, "linger.ms": 1000})
two_days_ago = int((time.time() - 2 * 24 * 60 * 60) * 1000)
for number in range(produced):
    producer.produce(topic, f"request {number}", partition=0, timestamp=two_days_ago + number)
producer.flush(10)

consumer = Consumer({**servers, "group.id": group})
consumer.commit(offsets=[TopicPartition(topic, 0, read)], asynchronous=False)
consumer.close()
sys.stdout.write(f"{topic}: {produced:,} records of two days ago; the group {group} has read {read:,} of them\n")
