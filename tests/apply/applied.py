"""What came of an apply to a scripted Kafka, and one that somebody else changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

RETRIES = 2


@dataclass(frozen=True)
class Applied:
    """What came of one apply."""

    code: int
    report: Any
    kafka: FakeKafka

    def topic(self, name: str) -> Any:
        return next(topic for topic in self.report["topics"] if topic["name"] == name)

    def statuses(self) -> dict[str, str]:
        return {topic["name"]: topic["status"] for topic in self.report["topics"]}

    def sent(self, api: Api) -> int:
        """How many requests the broker got."""
        return len(self.kafka.written(api))

    def answers(self, name: str) -> list[str | None]:
        """What each attempt was answered."""
        return [attempt["error"] and attempt["error"]["name"] for attempt in self.topic(name)["attempts"]]


ApplyManifest = Callable[..., Applied]


class Overtaken(FakeKafka):
    """Somebody else is a moment quicker: when the first request to ``api`` arrives, ``topics`` have become others."""

    def __init__(self, api: Api, others: Mapping[str, Topic | None], *faults: Fault, **more: Any) -> None:
        super().__init__(*faults, **more)
        self.overtaken = (api, others)

    def answers(self, node: int, api: str, *rest: Any, validate_only: bool) -> Any:
        moment, others = self.overtaken
        if api == moment and not validate_only:
            self.overtaken = (moment, {})
            now = {**self.topics, **others}
            self.topics = {name: topic for name, topic in now.items() if topic is not None}
        return super().answers(node, api, *rest, validate_only=validate_only)
