"""Topic ids are read beside configs, by either way, whatever becomes of the answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster import ids_librdkafka
from reconciler.cluster.configs import WORTH_A_CONNECTION
from reconciler.cluster.connection import Connection
from reconciler.cluster.ids_binding import CHUNK
from reconciler.cluster.reader import Reader
from reconciler.errors import ClusterUnavailable
from reconciler.model import Query, TopicSpec
from tests.support.clients import AdminClient
from tests.support.steps import spec
from tests.wire.fake_cluster import Answer, Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.fake_messages import SPOKEN, read_request

FEW, MANY = 3, WORTH_A_CONNECTION
METADATA = next(key for key, (name, _) in SPOKEN.items() if name == "metadata")


class Describing(FakeKafka):
    """Loses some descriptions of topics, or scripts errors in them; nothing happens to the list of topics."""

    lost = 0
    scripted: Mapping[str, int] = {}
    described = 0

    def _answer(self, node: int, key: int, message: bytes) -> bytes | None:
        is_description = key == METADATA and bool(read_request(node, key, message).wanted)
        self.described += is_description
        if is_description and self.described <= self.lost:
            return None
        return super()._answer(node, key, message)

    def answers(self, node: int, api: str, wanted: Mapping[str, Any], *rest: Any, **more: Any) -> dict[str, Answer]:
        answers = super().answers(node, api, wanted, *rest, **more)
        is_list = len(wanted) == len(self.topics)
        scripted = self.scripted if api == "metadata" and not is_list else {}
        return answers | {name: Answer(code) for name, code in scripted.items() if name in wanted}


def topics(number: int) -> dict[str, Topic]:
    """The last of them is not asked for, so that the list of topics is not the same as the description of those."""
    return {f"some.topic.{place:03}": Topic(partitions=2) for place in range(number + 1)}


def asked(kafka: FakeKafka) -> list[TopicSpec]:
    return [spec(name) for name in sorted(kafka.topics)[:-1]]


def connected(kafka: FakeKafka, seconds: float = 60) -> Connection:
    return Connection({"bootstrap.servers": kafka.bootstrap_servers}, limit=TimeLimit(seconds))


def ids_of(kafka: FakeKafka) -> dict[str, str]:
    """As Kafka writes ids."""
    return {
        wanted.name: base64.urlsafe_b64encode(kafka.topics[wanted.name].topic_id.bytes).decode().rstrip("=")
        for wanted in asked(kafka)
    }


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_ids_of_all_topics_cost_one_request(number: int) -> None:
    with FakeKafka(topics=topics(number)) as kafka:
        connection = connected(kafka)
        state = Reader(connection).read(Query.of(asked(kafka)))
        assert {name: topic.topic_id for name, topic in state.topics.items()} == ids_of(kafka)
        assert connection.requests["describe_topics"] == 1
        assert len(connection.request_seconds["describe_topics"]) == 1


def test_so_many_topics_that_looking_them_up_would_take_long_are_asked_for_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ids_librdkafka, "CHUNK", MANY // 3)
    with FakeKafka(topics=topics(MANY)) as kafka:
        connection = connected(kafka)
        state = Reader(connection).read(Query.of(asked(kafka)))
        assert {name: topic.topic_id for name, topic in state.topics.items()} == ids_of(kafka)
        assert connection.requests["describe_topics"] == len(connection.request_seconds["describe_topics"]) == 3


def test_ids_are_read_in_chunks_through_a_client_of_the_caller() -> None:
    with FakeKafka(topics=topics(CHUNK + 1)) as kafka:
        client = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        connection = Connection.from_client(client, limit=TimeLimit(60))
        state = Reader(connection).read(Query.of(asked(kafka)))
        assert {name: topic.topic_id for name, topic in state.topics.items()} == ids_of(kafka)
        assert connection.requests["describe_topics"] == 2


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_a_broker_without_ids_is_read_all_the_same(number: int) -> None:
    without = {name: Topic(topic_id=UUID(int=0)) for name in topics(number)}
    with FakeKafka(topics=without) as kafka:
        state = Reader(connected(kafka)).read(Query.of(asked(kafka)))
        assert {topic.topic_id for topic in state.topics.values()} == {None}
        assert (len(state.topics), state.unreadable) == (number, {})


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_a_lost_answer_is_asked_for_again(number: int) -> None:
    with Describing(topics=topics(number)) as kafka:
        kafka.lost = 1
        state = Reader(connected(kafka)).read(Query.of(asked(kafka)))
        assert {name: topic.topic_id for name, topic in state.topics.items()} == ids_of(kafka)
        assert kafka.described > 1


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_a_cluster_that_never_answers_is_unavailable(number: int) -> None:
    with Describing(topics=topics(number)) as kafka:
        kafka.lost = 1_000_000
        with pytest.raises(ClusterUnavailable):
            Reader(connected(kafka, seconds=1)).read(Query.of(asked(kafka)))


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_a_topic_that_only_this_answer_hides_is_unreadable(number: int) -> None:
    with Describing(topics=topics(number)) as kafka:
        hidden = min(kafka.topics)
        kafka.scripted = {hidden: 29}
        state = Reader(connected(kafka)).read(Query.of(asked(kafka)))
        assert state.unreadable.keys() == {hidden}
        assert (state.unreadable[hidden].code, len(state.topics)) == (29, number - 1)
        assert "DESCRIBE" in state.unreadable[hidden].remedy


@pytest.mark.parametrize("number", [FEW, MANY], ids=["in Python", "in C"])
def test_a_topic_that_is_gone_when_its_id_is_read_is_read_again(number: int) -> None:
    with Describing(topics=topics(number)) as kafka:
        kafka.scripted = {min(kafka.topics): 3}
        state = Reader(connected(kafka), sleep=lambda _seconds: setattr(kafka, "scripted", {})).read(
            Query.of(asked(kafka))
        )
        assert {name: topic.topic_id for name, topic in state.topics.items()} == ids_of(kafka)
