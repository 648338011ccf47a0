"""What a broker reads in one request, which the manifest is held to offline."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import NewTopic

from reconciler.manifest.limits import MAX_BYTES, MAX_BYTES_OF_A_REQUEST, bytes_to_send
from reconciler.sandbox import Sandbox
from tests.broker.another_client import AnotherClient


def config_of(size: int) -> dict[str, str]:
    """A config that makes a request of ``size`` bytes, as the limit counts them."""
    of_each = bytes_to_send({"key.00000": "v" * MAX_BYTES}) - bytes_to_send({})
    number, rest = divmod(size - bytes_to_send({}), of_each)
    config = {f"key.{each:05}": "v" * MAX_BYTES for each in range(number)}
    config[f"key.{number:05}"] = "v" * (rest - bytes_to_send({"key.00000": ""}) + bytes_to_send({}))
    assert bytes_to_send(config) == size
    return config


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (MAX_BYTES_OF_A_REQUEST, KafkaError.INVALID_CONFIG),  # read, and refused for its keys only
        (MAX_BYTES_OF_A_REQUEST + 20_000, KafkaError._TRANSPORT),  # one byte a setting is an allowance
    ],
)
def test_a_broker_answers_the_largest_request_and_none_that_is_larger(size: int, code: int, kafka: Sandbox) -> None:
    topic = NewTopic("large", num_partitions=1, replication_factor=1, config=config_of(size))
    client = AnotherClient(kafka)
    (answer,) = client.admin.create_topics([topic], request_timeout=120, validate_only=True).values()
    with pytest.raises(KafkaException) as refused:
        answer.result()
    assert refused.value.args[0].code() == code
