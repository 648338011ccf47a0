"""Topic ids as both ways of reading give them."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import KafkaError, Uuid

from reconciler.model import KafkaFailure

_NO_ID = str(Uuid(0, 0))
"""What a broker without topic ids (before Kafka 2.8) answers."""
_AS_IN_KAFKA = str.maketrans("+/", "-_")

Ids = Mapping[str, str | KafkaFailure | None]
"""The id of each topic, ``None`` on a broker without ids, or the reason why the broker does not show the topic.

Empty where the broker does not know the request.
"""


def is_without_ids(code: int) -> bool:
    """Whether a failure of the whole request means that the broker does not know it."""
    return code in {KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION}


def written(topic_id: str) -> str | None:
    """An id in librdkafka's spelling as Kafka's own tools print it, with ``-`` and ``_``; ``None`` for no id."""
    return topic_id.translate(_AS_IN_KAFKA) if topic_id != _NO_ID else None
