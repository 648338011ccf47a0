"""``change_by_hand.py TOPIC KEY VALUE``: set one config key of a topic, with another Kafka client."""

import os
import sys

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

topic, key, value = sys.argv[1:]
admin = AdminClient({"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"]})
entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
for answer in admin.incremental_alter_configs([resource]).values():
    answer.result(10)
sys.stdout.write(f"{topic}: {key} is now {value}\n")
