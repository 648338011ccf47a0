"""Every write against everything that can go wrong with it: the report, the cluster and the number of requests.

The client is real; the broker is scripted, because a real one does not fail on demand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.cluster.error_table import ERRORS
from reconciler.cluster.failures import failure_of_code
from reconciler.model import EXPECTED, FATAL, RETRIABLE
from tests.apply.applied import RETRIES, Applied, ApplyManifest, Overtaken
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Api, Fault

UNKNOWN_TOPIC, REQUEST_TIMED_OUT = 3, 7
PREFIXES: dict[Api, str] = {
    "create_topics": "new",
    "create_partitions": "grown",
    "incremental_alter_configs": "altered",
    "delete_topics": "gone",
}
"""Of each operation one topic meets the fault, ``<prefix>.a``, and one beside it does not, ``<prefix>.b``."""
OPERATIONS = list(PREFIXES)

MANIFEST = """
version: 1
defaults: {allow: [data-loss, delete, partition-increase]}
topics:
  altered.a: {config: {retention.ms: 1000}}
  altered.b: {config: {retention.ms: 1000}}
  gone.a: {state: absent}
  gone.b: {state: absent}
  grown.a: {partitions: 3}
  grown.b: {partitions: 3}
  new.a: {partitions: 2, config: {retention.ms: 1000}}
  new.b: {partitions: 2}
"""
BEFORE = {f"{prefix}.{letter}": Topic() for prefix in ("altered", "grown", "gone") for letter in "ab"}
AFTER = {
    "altered.a": Topic(config={"retention.ms": "1000"}),
    "altered.b": Topic(config={"retention.ms": "1000"}),
    "grown.a": Topic(partitions=3),
    "grown.b": Topic(partitions=3),
    "new.a": Topic(partitions=2, config={"retention.ms": "1000"}),
    "new.b": Topic(partitions=2),
}
TOPICS = [*AFTER, "gone.a", "gone.b"]
"""Those of the manifest."""

BROKERS_CODES = [code for code in ERRORS if code >= -1]
PASSING = [code for code in BROKERS_CODES if ERRORS[code].error_class == RETRIABLE]
FOR_GOOD = [code for code in BROKERS_CODES if ERRORS[code].error_class == FATAL and ERRORS[code].scope == "topic"]
FOR_ALL = [code for code in BROKERS_CODES if ERRORS[code].scope == "run"]


Apply = Callable[..., Applied]


@pytest.fixture
def apply(apply_manifest: ApplyManifest) -> Apply:
    def run(kafka: FakeKafka, *more: str, manifest: str = MANIFEST) -> Applied:
        return apply_manifest(manifest, kafka, *more)

    return run


def victim(operation: Api) -> str:
    return f"{PREFIXES[operation]}.a"


def on_victim(operation: Api, **fault: Any) -> Fault:
    return Fault(api=operation, topics=[victim(operation)], **fault)


def all_but(operation: Api) -> dict[str, str]:
    return {name: "applied" for name in TOPICS if name != victim(operation)}


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_passes_is_sent_again_and_done(operation: Api, code: int, apply: Apply) -> None:
    with FakeKafka(on_victim(operation, error=code), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.code == 0
        assert set(done.statuses().values()) == {"applied"}
        assert done.answers(victim(operation)) == [ERRORS[code].name, None]
        assert done.report["statistics"]["retries"] == 1
        assert done.sent(operation) == 2
        assert kafka.topics == AFTER
        assert not kafka.faults_left()


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_does_not_pass_is_given_up_and_sinks_no_other_topic(operation: Api, code: int, apply: Apply) -> None:
    with FakeKafka(on_victim(operation, error=code, times=None), topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "2")
        assert done.code == 1
        is_unknown = operation in {"create_topics", "delete_topics"} and not ERRORS[code].outcome_known
        # The broker calls a topic unknown that it shows: who knows whether it will be gone.
        is_unknown |= (operation, code) == ("delete_topics", UNKNOWN_TOPIC)
        assert done.statuses() == all_but(operation) | {victim(operation): "unknown" if is_unknown else "failed"}
        assert done.answers(victim(operation)) == [ERRORS[code].name] * (RETRIES + 1)
        assert done.topic(victim(operation))["error"]["remedy"]
        assert done.sent(operation) == RETRIES + 1


@pytest.mark.parametrize("code", FOR_GOOD)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_fatal_for_a_topic_is_not_tried_again(operation: Api, code: int, apply: Apply) -> None:
    with FakeKafka(on_victim(operation, error=code, message="the broker's words"), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.code == 1
        assert done.statuses() == all_but(operation) | {victim(operation): "failed"}
        error = done.topic(victim(operation))["error"]
        assert (error["code"], error["class"]) == (code, "FATAL")
        assert error["message"] == "the broker's words" or operation == "delete_topics"  # whose answers have none
        assert done.sent(operation) == 1


@pytest.mark.parametrize("code", FOR_ALL)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_fatal_for_the_run_ends_it_with_all_that_was_done_accounted_for(
    operation: Api, code: int, apply: Apply
) -> None:
    with FakeKafka(on_victim(operation, error=code, message="words"), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.code == 1
        later = OPERATIONS[OPERATIONS.index(operation) + 1 :]
        not_asked = {f"{PREFIXES[each]}.{letter}": "not_attempted" for each in later for letter in "ab"}
        assert done.statuses() == all_but(operation) | not_asked | {victim(operation): "failed"}
        (ended,) = done.report["diagnostics"]
        name, _, words = ended["message"].partition(": ")
        assert (ended["code"], name) == ("refused", failure_of_code(code, "").name)
        assert words == "words" or operation == "delete_topics"  # whose answers have none
        assert sum(done.sent(each) for each in later) == 0


def test_a_code_that_the_table_does_not_have_is_not_tried_again(apply: Apply) -> None:
    with FakeKafka(on_victim("create_topics", error=10), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.statuses()["new.a"] == "failed"
        assert done.sent("create_topics") == 1


@dataclass(frozen=True)
class Lost:
    """A way to lose an answer, and whether the request was carried out."""

    fault: dict[str, Any]
    is_done: bool
    answer: str = "_TRANSPORT"


LOST = {
    "cut before it is done": Lost({"cut": "before"}, is_done=False),
    "cut with the request half read": Lost({"cut": "request"}, is_done=False),
    "cut after it was done": Lost({"cut": "after"}, is_done=True),
    "answered past the time limit": Lost({"delay": 60}, is_done=True, answer="_TIMED_OUT"),
    "an error although it was done": Lost({"error": 7, "after": True}, is_done=True, answer="REQUEST_TIMED_OUT"),
    "an answer that cannot be read": Lost({"garbage": True}, is_done=True, answer="_BAD_MSG"),
    "an answer that ends too early": Lost({"short": True}, is_done=True, answer="_UNDERFLOW"),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(operation: Api, lost: Lost, apply: Apply) -> None:
    with FakeKafka(Fault(api=operation, **lost.fault), topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "4")
        assert done.code == 0
        assert set(done.statuses().values()) == {"applied"}
        assert done.sent(operation) == (1 if lost.is_done else 2)
        assert done.answers(victim(operation)) == ([lost.answer] if lost.is_done else [lost.answer, None])
        first = done.topic(victim(operation))["attempts"][0]
        assert first["found_applied"] == lost.is_done
        assert done.report["statistics"]["topics_created"] == 2
        assert kafka.topics == AFTER


@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_that_are_always_lost_do_not_hide_what_was_done(operation: Api, apply: Apply) -> None:
    with FakeKafka(Fault(api=operation, cut="after", times=None), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.code == 0
        assert done.sent(operation) == 1
        assert kafka.topics == AFTER


@pytest.mark.parametrize("cut", ["before", "after"])
def test_reads_that_are_cut_are_read_again(cut: str, apply: Apply) -> None:
    faults: list[Api] = ["metadata", "describe_configs", "metadata", "describe_configs"]
    with FakeKafka(*(Fault(api=api, cut=cut) for api in faults), topics=BEFORE) as kafka:  # type: ignore[arg-type]  # a parameter
        done = apply(kafka)
        assert done.code == 0
        assert kafka.topics == AFTER


def test_a_topic_that_somebody_made_meanwhile_with_the_same_settings_is_found_not_created(apply: Apply) -> None:
    """As a broker answers that did it and then says that it is there already."""
    with FakeKafka(on_victim("create_topics", error=36, after=True), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert done.code == 0
        (attempt,) = done.topic("new.a")["attempts"]
        assert (attempt["error"]["class"], attempt["found_applied"]) == (EXPECTED, True)
        assert done.report["statistics"]["topics_created"] == 1


OTHERS = {
    "other partitions": Topic(partitions=1, config={"retention.ms": "1000"}),
    "too many partitions": Topic(partitions=9, config={"retention.ms": "1000"}),
    "another value": Topic(partitions=2, config={"retention.ms": "7"}),
    "no value": Topic(partitions=2),
    "one more override": Topic(partitions=2, config={"retention.ms": "1000", "flush.ms": "5"}),
}


@pytest.mark.parametrize(
    ("made", "lost"),
    [
        *(pytest.param(made, False, id=f"{name}, refused") for name, made in OTHERS.items()),
        # It takes the whole time limit.
        *(pytest.param(OTHERS[name], True, id=f"{name}, lost") for name in ("too many partitions", "no value")),
    ],
)
def test_a_topic_that_somebody_made_meanwhile_with_other_settings_is_stale_and_left_alone(
    made: Topic, lost: bool, apply: Apply
) -> None:
    """Also where the answer to the create was lost, so that it may be ours until the time is over."""
    faults = [Fault(api="create_topics", cut="before")] if lost else []
    with Overtaken("create_topics", {"new.a": made}, *faults, topics=BEFORE) as kafka:
        if lost:  # the cut comes before anything is done
            kafka.overtaken = ("create_topics", {"new.a": made})
        done = apply(kafka, "--timeout", "6")
        assert (done.code, done.report["run"]["status"]) == (3, "refused")
        assert done.statuses() == all_but("create_topics") | {"new.a": "stale"}
        topic = done.topic("new.a")
        assert (topic["action"], topic["changes"]) == ("create", [])
        assert topic["refusal"]["kind"] == "stale"
        assert "run plan" in topic["error"]["remedy"]
        assert done.report["summary"]["stale"] == 1
        assert done.report["statistics"]["topics_created"] == 1
        assert kafka.topics == AFTER | {"new.a": made}


def test_a_topic_whose_create_got_no_answer_and_that_shows_late_as_wanted_is_done(apply: Apply) -> None:
    """What looks like somebody else's may be ours as a broker shows it that lags behind."""
    half = Topic(partitions=2)

    class Lagging(FakeKafka):
        """Shows the new topic without its setting at first."""

        looks = 0

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            if api == "metadata" and "new.a" in self.topics:
                self.looks += 1
                self.topics = self.topics | {"new.a": half if self.looks < 5 else AFTER["new.a"]}
            return super().answers(node, api, *rest, **more)

    with Lagging(Fault(api="create_topics", cut="after"), topics=BEFORE) as kafka:
        done = apply(kafka)
        assert kafka.looks >= 5
        assert (done.code, done.statuses()["new.a"], done.sent("create_topics")) == (0, "applied", 1)


@pytest.mark.parametrize("code", [29, 31])
def test_a_topic_that_may_not_be_read_back_is_unverifiable_at_once_with_the_missing_permission(
    code: int, apply: Apply
) -> None:
    forbidden = Fault(api="describe_configs", topics=["new.a"], error=code, message="no", times=None)
    with FakeKafka(forbidden, topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "60")
        assert (done.code, done.statuses()) == (1, all_but("create_topics") | {"new.a": "unknown"})
        topic = done.topic("new.a")
        assert topic["verification"]["status"] == "unverifiable"
        assert topic["error"]["code"] == code
        assert "DESCRIBE_CONFIGS on the topic" in topic["error"]["remedy"]
        assert done.report["run"]["duration_seconds"] < 30


def test_an_unreadable_topic_of_unknown_outcome_is_not_sent_again(apply: Apply) -> None:
    forbidden = Fault(api="describe_configs", topics=["new.a"], error=29, times=None)
    with FakeKafka(Fault(api="create_topics", cut="after"), forbidden, topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "60")
        assert done.sent("create_topics") == 1
        assert done.statuses() == all_but("create_topics") | {"new.a": "unknown"}
        topic = done.topic("new.a")
        assert (topic["verification"]["status"], topic["error"]["code"]) == ("unverifiable", 29)
        assert done.answers("new.a") == ["_TRANSPORT"]


def test_a_topic_that_never_shows_has_a_reason(apply: Apply) -> None:
    class Hiding(FakeKafka):
        """Takes the create and does nothing."""

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            answers = super().answers(node, api, *rest, **more)
            self.topics = {name: topic for name, topic in self.topics.items() if name != "new.a"}
            return answers

    with Hiding(topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "3")
        topic = done.topic("new.a")
        assert (topic["status"], topic["verification"]["status"]) == ("unknown", "not_visible")
        assert topic["error"]["name"] == "NOT_VISIBLE"


BOTH = (
    "version: 1\ndefaults: {allow: [data-loss, partition-increase]}\n"
    "topics: {both: {partitions: 3, config: {retention.ms: 1000}}, other: {config: {retention.ms: 5}}}\n"
)
STALE = {"partitions": "stale", "config.retention.ms": "stale"}


@pytest.mark.parametrize(
    ("moment", "error", "now", "changes"),
    [
        pytest.param("create_partitions", 0, Topic(partitions=9), STALE, id="too many partitions"),
        pytest.param("create_partitions", 7, Topic(partitions=2), STALE, id="other partitions, no answer"),
        pytest.param("create_partitions", 41, Topic(partitions=2), STALE, id="other partitions, not sent on"),
        pytest.param(
            "create_partitions",
            0,
            Topic(partitions=3, config={"retention.ms": "9"}),
            {"partitions": "applied", "config.retention.ms": "stale"},
            id="partitions as wanted, another value",
        ),
        pytest.param(
            "incremental_alter_configs",
            41,
            Topic(partitions=3, config={"retention.ms": "9"}),
            {"partitions": "applied", "config.retention.ms": "stale"},
            id="another value",
        ),
        pytest.param("create_partitions", 0, None, STALE, id="deleted"),
        pytest.param(
            "create_partitions",
            0,
            Topic(partitions=3, config={"retention.ms": "1000"}),
            {"partitions": "applied", "config.retention.ms": "applied"},
            id="as wanted",
        ),
    ],
)
def test_a_topic_that_somebody_changed_meanwhile_is_done_if_equal_else_stale_and_left_alone(
    moment: Api, error: int, now: Topic | None, changes: dict[str, str], apply: Apply
) -> None:
    before = {"both": Topic(), "other": Topic()}
    now = now and replace(now, topic_id=before["both"].topic_id)
    faults = [Fault(api=moment, topics=["both"], error=error)] if error else []
    with Overtaken(moment, {"both": now}, *faults, topics=before) as kafka:
        done = apply(kafka, "--timeout", "5", manifest=BOTH)
        topic = done.topic("both")
        assert {each["field"]: each["status"] for each in topic["changes"]} == changes
        is_stale = "stale" in changes.values()
        assert (done.code, topic["status"]) == ((3, "stale") if is_stale else (0, "applied"))
        assert kafka.topics.get("both") == now
        assert done.statuses()["other"] == "applied"
        if is_stale:
            assert topic["refusal"]["kind"] == "stale"
            assert ("was changed after" if now else "was deleted after") in topic["error"]["message"]


def test_metadata_is_asked_for_before_a_moved_controller_is_tried_again(apply: Apply) -> None:
    class Moving(FakeKafka):
        """The controller moves away when the first write arrives."""

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            if api in PREFIXES and self.controller == 1 and not more["validate_only"]:
                self.controller = 2
            return super().answers(node, api, *rest, **more)

    with Moving(topics=BEFORE, brokers=2, forwards=False) as kafka:
        done = apply(kafka)
        assert done.code == 0
        assert done.answers("new.a") == ["NOT_CONTROLLER", None]
        creates = [
            place
            for place, request in enumerate(kafka.requests)
            if request.api == "create_topics" and not request.validate_only
        ]
        between = kafka.requests[creates[0] + 1 : creates[1]]
        assert "metadata" in [request.api for request in between]
        assert [kafka.requests[place].node for place in creates] == [1, 2]


def test_a_batch_that_is_too_large_is_halved_until_the_broker_takes_it(apply: Apply) -> None:
    lines = "".join(f"  {name_of(number)}: {{partitions: 2}}\n" for number in range(20))
    with FakeKafka(most_records=20) as kafka:
        done = apply(kafka, manifest=f"version: 1\ntopics:\n{lines}  large: {{partitions: 50}}\n")
        assert done.code == 3
        assert {name for name, status in done.statuses().items() if status != "applied"} == {"large"}
        assert done.statuses()["large"] == "refused"
        assert "too large for one request" in done.topic("large")["error"]["remedy"]
        assert len(kafka.topics) == 20


def test_one_topic_that_makes_the_answer_unreadable_sinks_no_other(apply: Apply) -> None:
    bad = name_of(7)

    class Choking(FakeKafka):
        """Does nothing of a request with one topic in it, and answers nonsense."""

        def answers(self, node: int, api: str, wanted: Any, *rest: Any, **more: Any) -> Any:
            does_nothing = bad in wanted and api == "create_topics" and not more["validate_only"]
            return super().answers(node, api, {} if does_nothing else wanted, *rest, **more)

    with Choking(Fault(api="create_topics", topics=[bad], garbage=True, times=None)) as kafka:
        lines = "".join(f"  {name_of(number)}: {{}}\n" for number in range(20))
        done = apply(kafka, "--timeout", "4", manifest=f"version: 1\ntopics:\n{lines}")
        assert {name for name, status in done.statuses().items() if status != "applied"} == {bad}
        assert done.statuses()[bad] == "unknown"
        assert len(kafka.topics) == 19


def name_of(number: int) -> str:
    """A name of some length: librdkafka cannot read an answer about many topics with short ones."""
    return f"a.topic.with.a.longer.name.{number:02}"


def test_a_deadline_ends_the_run_with_its_account(apply: Apply) -> None:
    silent = Fault(api="create_partitions", error=REQUEST_TIMED_OUT, delay=60, times=None)
    with FakeKafka(silent, topics=BEFORE) as kafka:
        done = apply(kafka, "--deadline", "5", "--retries", "100")
        assert done.code == 1
        assert done.report["run"]["duration_seconds"] < 30
        assert [each["code"] for each in done.report["diagnostics"]] == ["deadline"]
        assert done.statuses()["grown.a"] == "unknown"
        altered = done.topic("altered.a")
        assert altered["status"] == ("unknown" if altered["attempts"] else "not_attempted")


HIDDEN = "vendor.secret"


@pytest.mark.parametrize(
    ("topic", "before"),
    [
        pytest.param("{config: {vendor.secret: hush, retention.ms: 1000}}", None, id="created with it"),
        pytest.param("{config: {vendor.secret: hush}}", Topic(), id="set"),
        pytest.param("{partitions: 2, config: {vendor.secret: hush}}", Topic(), id="set besides more partitions"),
    ],
)
@pytest.mark.parametrize("lost", [[], [{"cut": "after"}]], ids=["answered", "not answered"])
def test_a_value_that_the_cluster_hides_is_unverifiable_at_once(
    topic: str, before: Topic | None, lost: list[dict[str, Any]], apply: Apply
) -> None:
    api: Api = "incremental_alter_configs" if before else "create_topics"
    faults = [Fault(api=api, **fault) for fault in lost]
    with FakeKafka(*faults, topics={"a": before} if before else {}, sensitive=[HIDDEN]) as kafka:
        done = apply(kafka, "--timeout", "60", manifest=f"version: 1\ntopics: {{a: {topic}, b: {{}}}}\n")
        assert kafka.topics["a"].config[HIDDEN] == "hush"
        assert done.sent(api) == 1
    assert (done.code, done.statuses()) == (1, {"a": "unknown", "b": "applied"})
    assert done.topic("a")["verification"]["status"] == "unverifiable"
    error = done.topic("a")["error"]
    assert error["name"] == "VALUE_NOT_SHOWN"
    assert error["message"].startswith(f"{HIDDEN}: set, but the cluster does not return the value")
    assert "hush" not in json.dumps(error)
    assert done.report["run"]["duration_seconds"] < 30


@pytest.mark.parametrize("state", ["kept", "reset"])
def test_a_hidden_value_that_this_run_does_not_set_is_verified_as_before(state: str, apply: Apply) -> None:
    secret = f"{HIDDEN}: hush, " if state == "kept" else ""
    with FakeKafka(topics={"a": Topic(config={HIDDEN: "x"})}, sensitive=[HIDDEN]) as kafka:
        done = apply(kafka, manifest=f"version: 1\ntopics: {{a: {{config: {{{secret}retention.ms: 1000}}}}}}\n")
        assert kafka.topics["a"].config == {"retention.ms": "1000"} | ({HIDDEN: "x"} if secret else {})
    assert done.topic("a")["verification"]["status"] == "verified"


def test_values_that_the_broker_takes_and_does_not_show_are_unverifiable(apply: Apply) -> None:
    class Ignoring(FakeKafka):
        """Takes every change of configuration and makes none."""

        def answers(self, node: int, api: str, *rest: Any, **more: Any) -> Any:
            before = dict(self.topics)
            answers = super().answers(node, api, *rest, **more)
            if api == "incremental_alter_configs":
                self.topics.update(before)
            return answers

    with Ignoring(topics=BEFORE) as kafka:
        done = apply(kafka, "--timeout", "3")
        assert done.code == 1
        assert done.topic("altered.a")["verification"]["status"] == "unverifiable"
        assert done.statuses() == {name: "unknown" if name.startswith("altered") else "applied" for name in TOPICS}
