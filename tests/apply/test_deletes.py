"""Deletes while answers are lost, brokers lag behind, and somebody else creates the topic again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apply.applied import RETRIES, Applied, ApplyManifest, Overtaken
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

MANIFEST = """
version: 1
topics:
  gone: {state: absent, allow: [delete]}
  kept: {}
"""
BEFORE = {"gone": Topic(), "kept": Topic()}
TOPIC_DELETION_DISABLED = 73


class Hiding(FakeKafka):
    """Hides the topic from the moment on at which the plan is being carried out."""

    def __init__(self, error: int, **more: Any) -> None:
        super().__init__(**more)
        self.hidden = Fault(api="metadata", topics=["gone"], error=error, times=None)

    def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
        if api == "create_topics" and not more["validate_only"]:
            self._script.faults.append(self.hidden)  # the lock is held already
        return super().answers(node, api, *rest, **more)


class Reborn(FakeKafka):
    """Somebody creates the topic again as soon as it is deleted, before the answer is on its way."""

    def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
        answers = super().answers(node, api, *rest, **more)
        if api == "delete_topics" and "gone" not in self.topics:
            self.topics = {**self.topics, "gone": Topic(partitions=3)}
        return answers


def outcome(done: Applied) -> tuple[str, str, int]:
    topic = done.topic("gone")
    return topic["status"], topic["verification"]["status"], done.sent("delete_topics")


def test_a_topic_that_is_created_again_between_plan_and_apply_is_not_deleted(apply_manifest: ApplyManifest) -> None:
    """Its id is compared right before the delete."""
    with Overtaken("create_topics", {"gone": Topic(partitions=3)}, topics=BEFORE) as kafka:
        done = apply_manifest(f"{MANIFEST}  new: {{}}\n", kafka)
        assert kafka.topics["gone"] == Topic(partitions=3)
        assert (done.code, outcome(done)) == (3, ("stale", "mismatch", 0))
        topic = done.topic("gone")
        assert topic["changes"][0]["status"] == "stale"
        assert topic["refusal"]["kind"] == "stale"
        assert topic["error"]["message"] == "the topic was deleted and created again after this plan"
        assert "run plan" in topic["error"]["remedy"]
        assert done.statuses()["new"] == "applied"


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        pytest.param(None, None, id="accepted"),
        pytest.param({"cut": "after"}, "_TRANSPORT", id="answer lost"),
        pytest.param({"error": 7, "after": True}, "REQUEST_TIMED_OUT", id="timed out"),
        pytest.param({"error": 3, "after": True}, "UNKNOWN_TOPIC_OR_PARTITION", id="unknown topic"),
        pytest.param({"error": 41, "after": True}, "NOT_CONTROLLER", id="not the controller"),
    ],
)
def test_a_topic_that_is_created_again_after_its_delete_is_done_and_left_alone(
    fault: dict[str, Any] | None, answer: str | None, apply_manifest: ApplyManifest
) -> None:
    with Reborn(*([Fault(api="delete_topics", **fault)] if fault else []), topics=BEFORE, brokers=3) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert kafka.topics["gone"] == Topic(partitions=3), "the new one is not deleted"
        assert (done.code, outcome(done)) == (0, ("applied", "verified", 1))
        assert done.answers("gone") == [answer]
        is_ours = answer in {None, "_TRANSPORT", "REQUEST_TIMED_OUT"}
        assert done.report["statistics"]["topics_deleted"] == is_ours
        (note,) = done.report["diagnostics"]
        assert (note["code"], note["topic"], note["severity"]) == ("created-again", "gone", "warning")


def test_a_topic_that_somebody_else_deletes_before_the_delete_is_sent_is_done(apply_manifest: ApplyManifest) -> None:
    """Nothing is sent: who deletes a topic often creates it again."""
    with Overtaken("create_topics", {"gone": None}, topics=BEFORE) as kafka:
        done = apply_manifest(f"{MANIFEST}  new: {{}}\n", kafka)
        assert (done.code, outcome(done)) == (0, ("applied", "verified", 0))
        assert done.report["statistics"]["topics_deleted"] == 0


def test_a_topic_that_somebody_else_deletes_a_moment_sooner_is_done(apply_manifest: ApplyManifest) -> None:
    with Overtaken("delete_topics", {"gone": None}, topics=BEFORE) as kafka:
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, outcome(done)) == (0, ("applied", "verified", 1))
        (attempt,) = done.topic("gone")["attempts"]
        assert (attempt["error"]["class"], attempt["found_applied"]) == ("EXPECTED", True)


@pytest.mark.parametrize("error", [29, 5])
def test_a_topic_whose_id_cannot_be_read_is_not_deleted(error: int, apply_manifest: ApplyManifest) -> None:
    with Hiding(error, topics=BEFORE) as kafka:
        done = apply_manifest(f"{MANIFEST}  new: {{}}\n", kafka)
        assert (done.code, outcome(done)) == (1, ("not_attempted", "unverifiable", 0))
        assert done.topic("gone")["error"]["code"] == error
        assert "gone" in kafka.topics


def test_where_deletion_is_off_no_more_deletes_are_sent_and_everything_else_is_done(
    apply_manifest: ApplyManifest,
) -> None:
    """Also what has to be tried again."""
    names = [f"gone.{number:03}" for number in range(450)]
    listed = "".join(f"  {name}: {{state: absent, allow: [delete]}}\n" for name in names)
    faults = [
        Fault(api="create_topics", topics=["new"], error=41),
        Fault(api="delete_topics", error=TOPIC_DELETION_DISABLED, times=None),
    ]
    manifest = f"version: 1\npolicy: {{limits: {{deletes: null}}}}\ntopics:\n  new: {{}}\n{listed}"
    with FakeKafka(*faults, topics={name: Topic() for name in names}) as kafka:
        done = apply_manifest(manifest, kafka)
        assert done.code == 1
        assert done.sent("delete_topics") == 1, "of the two requests that all topics need"
        statuses = done.statuses()
        assert statuses.pop("new") == "applied"
        assert set(statuses.values()) == {"failed", "not_attempted"}
        assert "delete.topic.enable" in done.topic("gone.000")["error"]["remedy"]
        assert done.report["diagnostics"][0]["message"].startswith("TOPIC_DELETION_DISABLED")


def test_nothing_is_deleted_before_the_rest_was_tried(apply_manifest: ApplyManifest) -> None:
    with FakeKafka(Fault(api="create_topics", error=41, times=RETRIES), topics=BEFORE) as kafka:
        done = apply_manifest(f"{MANIFEST}  new: {{}}\n", kafka)
        assert done.code == 0
        written = [request.api for request in kafka.requests if not request.validate_only]
        assert written.index("delete_topics") > max(
            place for place, api in enumerate(written) if api == "create_topics"
        )


def test_a_broker_that_still_shows_a_deleted_topic_is_waited_for(apply_manifest: ApplyManifest) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        kafka.lag(3, looks=12)
        done = apply_manifest(MANIFEST, kafka)
        assert (done.code, outcome(done)[:2]) == (0, ("applied", "verified"))
        assert not kafka.behind


def test_a_topic_that_a_broker_shows_till_the_end_is_not_called_deleted(apply_manifest: ApplyManifest) -> None:
    with FakeKafka(topics=BEFORE, brokers=3) as kafka:
        kafka.lag(3)
        done = apply_manifest(MANIFEST, kafka, "--timeout", "1.5")
        assert (done.code, outcome(done)[:2]) == (1, ("unknown", "not_visible"))
        assert done.topic("gone")["error"]["name"] in {"NOT_ON_EVERY_BROKER", "STILL_THERE"}


def test_a_broker_that_accepts_a_delete_and_does_nothing_is_not_believed(apply_manifest: ApplyManifest) -> None:
    class Ignoring(FakeKafka):
        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            before = self.topics
            answers = super().answers(node, api, *rest, **more)
            if api == "delete_topics":
                self.topics = before
            return answers

    with Ignoring(topics=BEFORE) as kafka:
        done = apply_manifest(MANIFEST, kafka, "--timeout", "1.5")
        assert (done.code, outcome(done)) == (1, ("unknown", "not_visible", 1))
        assert done.topic("gone")["error"]["name"] == "STILL_THERE"


def test_a_second_apply_has_nothing_to_do(apply_manifest: ApplyManifest) -> None:
    with FakeKafka(topics=BEFORE) as kafka:
        assert apply_manifest(MANIFEST, kafka).code == 0
        again = apply_manifest(MANIFEST, kafka)
        assert (again.code, again.statuses(), again.sent("delete_topics")) == (
            0,
            {"gone": "unchanged", "kept": "unchanged"},
            1,
        )


def test_without_consent_nothing_is_deleted(apply_manifest: ApplyManifest) -> None:
    with FakeKafka(topics=BEFORE) as kafka:
        done = apply_manifest(MANIFEST.replace(", allow: [delete]", ""), kafka)
        assert (done.code, done.statuses()["gone"], done.sent("delete_topics")) == (3, "refused", 0)
        assert done.topic("gone")["live"]["topic_id"] is not None
