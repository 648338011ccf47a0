"""Groups of Kafka Streams and Kafka Connect, by what they show of themselves."""

from __future__ import annotations

import pytest

from reconciler.cluster.applications import Applications

SEEN = Applications(of_streams=frozenset({"app"}), has_connect=True)


@pytest.mark.parametrize(
    ("group", "protocol", "client", "kind"),
    [
        ("running", "stream", "running-1-StreamThread-1-consumer", "streams"),
        ("app", "", "", "streams"),
        ("app", "range", "rdkafka", None),
        ("connect-sink", "range", "rdkafka", "connect"),
        ("sink", "range", "connector-consumer-sink-0", "connect"),
        ("billing", "range", "rdkafka", None),
    ],
)
def test_the_application_of_a_group(group: str, protocol: str, client: str, kind: str | None) -> None:
    assert SEEN.type_of(group, protocol, [client]) == kind
