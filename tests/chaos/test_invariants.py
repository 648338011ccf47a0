"""Every check of the chaos tests finds the lie that it is for."""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import command, invariants
from tests.chaos.bare import Live
from tests.chaos.command import Reconciler
from tests.chaos.invariants import Cluster, Done, InvariantBroken, after_apply, after_calm_apply, after_calm_plan
from tests.chaos.scenarios import Scenario, Settings, draw

RETENTION = "config.retention.ms"
DEFAULTS = {"retention.ms": "604800000", "segment.ms": "604800000"}

SCENARIO = Scenario(
    seed=1,
    start={
        "goes": Settings(partitions=1, replication_factor=1, config={}),
        "grows": Settings(partitions=1, replication_factor=3, config={"retention.ms": "1", "segment.ms": "1"}),
        "other": Settings(partitions=1, replication_factor=1, config={}),
        "same": Settings(partitions=2, replication_factor=1, config={"retention.ms": "2"}),
        "shrinks": Settings(partitions=5, replication_factor=1, config={}),
    },
    wanted={
        "grows": Settings(partitions=3, replication_factor=3, config={"retention.ms": "2"}),
        "new": Settings(partitions=4, replication_factor=2, config={"retention.ms": "2"}),
        "same": Settings(partitions=2, replication_factor=1, config={"retention.ms": "2"}),
        "shrinks": Settings(partitions=4, replication_factor=1, config={"retention.ms": "2"}),
    },
    doomed=frozenset({"goes"}),
)

TIMED_OUT = {"code": -185, "message": "Failed while waiting for response from broker: Local: Timed out"}
NEVER_SENT = {"code": -185, "message": "Failed while waiting for controller: Local: Timed out"}
REFUSED = {"code": 44, "message": "no"}


def live(settings: Settings) -> Live:
    return Live(settings=settings, values=DEFAULTS | dict(settings.config))


def truth() -> dict[str, Live]:
    """The cluster when everything has been done that can be."""
    shrunk = replace(SCENARIO.wanted["shrinks"], partitions=5)
    topics = {**SCENARIO.start, **SCENARIO.wanted, "shrinks": shrunk}
    return {name: live(settings) for name, settings in topics.items() if name not in SCENARIO.doomed}


def change(field: str, before: int | str, after: int | str | None, status: str = "applied") -> dict[str, Any]:
    return {"field": field, "before": before, "after": after, "status": status}


def topic(name: str, action: str, status: str, *changes: Any, **errors: list[Any]) -> dict[str, Any]:
    """A topic of a report; ``errors`` has what its requests were answered with, ``None`` for accepted."""
    attempts = [{"operation": operation, "error": error} for operation, answers in errors.items() for error in answers]
    return {
        "name": name,
        "action": action,
        "status": status,
        "changes": list(changes),
        "attempts": attempts,
        "verification": None,
    }


def done() -> Done:
    """The report that says so."""
    topics = [
        topic("goes", "delete", "applied", change("state", "present", "absent"), delete_topics=[TIMED_OUT]),
        topic(
            "grows",
            "drift",
            "applied",
            change("partitions", 1, 3),
            change(RETENTION, "1", "2"),
            change("config.segment.ms", "1", None),
            create_partitions=[None],
            incremental_alter_configs=[REFUSED, TIMED_OUT, None],
        ),
        topic("new", "create", "applied", create_topics=[TIMED_OUT]),
        topic("same", "skip", "unchanged"),
        topic(
            "shrinks",
            "drift",
            "refused",
            change("partitions", 5, 4, "refused"),
            change(RETENTION, DEFAULTS["retention.ms"], "2"),
            incremental_alter_configs=[None],
        ),
    ]
    report = {"run": {"exit_code": 3}, "topics": topics, "diagnostics": [], "summary": {}}
    return Done(exit_code=3, report=report, seconds=1)


def counted(done: Done) -> Done:
    """The same with a summary that fits."""
    topics = done.report["topics"]
    summary = {
        value: sum(each[field] == value for each in topics)
        for field, values in invariants.COUNTED.items()
        for value in values
    }
    return replace(done, report={**done.report, "summary": summary})


def ended(done: Done, exit_code: int) -> Done:
    return replace(done, exit_code=exit_code, report={**done.report, "run": {"exit_code": exit_code}})


def with_topic(done: Done, name: str, **values: Any) -> Done:
    """The report with other words about a topic; they decide about the exit code."""
    report = copy.deepcopy(done.report)
    (found,) = (each for each in report["topics"] if each["name"] == name)
    found.update(values)
    statuses = {each["status"] for each in report["topics"]}
    code = 1 if statuses & invariants.FAILURES else 3 if "refused" in statuses else 0
    return counted(ended(replace(done, report=report), code))


def without(name: str) -> Cluster:
    return {each: live for each, live in truth().items() if each != name}


def with_live(name: str, **values: Any) -> Cluster:
    """The cluster with other settings of a topic."""
    cluster = truth()
    return {**cluster, name: live(replace(cluster[name].settings, **values))}


def found(done: Done, cluster: Cluster) -> str:
    return "\n".join(after_apply(SCENARIO, done, cluster))


def test_nothing_is_wrong_with_the_truth() -> None:
    told = counted(done())
    assert after_apply(SCENARIO, told, truth()) == []
    assert after_calm_apply(SCENARIO, told, truth()) == []


def grows(status: str, cluster_config: dict[str, str], *answers: Any) -> tuple[Done, Cluster]:
    """A report of one change of ``grows``, and the cluster."""
    values = {
        "status": status,
        "changes": [change(RETENTION, "1", "2", status)],
        "attempts": [{"operation": "incremental_alter_configs", "error": answer} for answer in answers],
    }
    return with_topic(done(), "grows", **values), with_live("grows", config=cluster_config)


@pytest.mark.parametrize("status", ["applied", "unchanged"])
@pytest.mark.parametrize(
    "differs", [{"partitions": 1}, {"config": {}}, {"config": {"retention.ms": "2", "segment.ms": "1"}}]
)
def test_a_topic_with_other_settings_is_not_done(status: str, differs: dict[str, Any]) -> None:
    told = with_topic(done(), "grows", status=status, changes=[])
    assert f"grows is called {status}, wanted" in found(told, with_live("grows", **differs))
    assert f"grows is called {status}, wanted" in found(told, without("grows"))


@pytest.mark.parametrize(
    ("field", "differs"),
    [
        ("partitions", {"partitions": 1}),
        ("config.retention.ms", {"config": {"retention.ms": "1"}}),
        ("config.segment.ms", {"config": {"retention.ms": "2", "segment.ms": "1"}}),
    ],
)
def test_a_change_that_does_not_show_is_not_applied(field: str, differs: dict[str, Any]) -> None:
    told = with_topic(done(), "grows", status="unknown")
    assert f"grows has the change {{'field': '{field}'" in found(told, with_live("grows", **differs))


@pytest.mark.parametrize(
    ("status", "answers"),
    [
        ("failed", [REFUSED]),
        ("failed", [NEVER_SENT]),
        ("failed", [NEVER_SENT, REFUSED]),
        ("refused", []),
        ("not_attempted", []),
    ],
)
def test_what_was_done_is_not_called_undone(status: str, answers: list[Any]) -> None:
    attempts = [{"operation": "create_topics", "error": answer} for answer in answers]
    told = with_topic(done(), "new", status=status, attempts=attempts)
    assert found(told, truth()) == f"new is called {status}, but is there"
    assert found(told, without("new")) == ""

    told, cluster = grows(status, {"retention.ms": "2"}, *answers)
    assert "grows has the change" in found(told, cluster)
    told, cluster = grows(status, {"retention.ms": "1"}, *answers)
    assert found(told, cluster) == ""


@pytest.mark.parametrize(
    ("status", "answers"),
    [
        ("failed", [TIMED_OUT, REFUSED]),
        ("unknown", [TIMED_OUT]),
        ("unknown", [TIMED_OUT, REFUSED]),
        ("unknown", [{"code": 7, "message": ""}]),
    ],
)
def test_what_was_not_answered_may_be_done_or_not(status: str, answers: list[Any]) -> None:
    attempts = [{"operation": "create_topics", "error": answer} for answer in answers]
    told = with_topic(done(), "new", status=status, attempts=attempts)
    assert found(told, truth()) == found(told, without("new")) == ""
    for value in "1", "2":
        told, cluster = grows(status, {"retention.ms": value}, *answers)
        assert found(told, cluster) == ""


@pytest.mark.parametrize("answers", [[], [TIMED_OUT], [None]])
def test_no_answer_is_not_a_failure(answers: list[Any]) -> None:
    attempts = [{"operation": "create_topics", "error": answer} for answer in answers]
    told = with_topic(done(), "new", status="failed", attempts=attempts)
    assert "new: create_topics is called failed, but was never refused" in found(told, truth())
    told, cluster = grows("failed", {"retention.ms": "1"}, *answers)
    assert "grows: incremental_alter_configs is called failed, but was never refused" in found(told, cluster)
    told = with_topic(told, "grows", verification={"status": "mismatch"})
    assert "never refused" not in found(told, cluster)


def test_a_topic_with_changes_is_there() -> None:
    told = with_topic(done(), "grows", status="unknown", changes=[change(RETENTION, "1", "2", "unknown")])
    assert "grows has the change" in found(told, without("grows"))


@pytest.mark.parametrize("code", [0, 1, 64, 143])
def test_the_exit_code_fits(code: int) -> None:
    assert f"exit code {code}, not 3" in found(counted(ended(done(), code)), truth())


def test_the_report_has_the_exit_code_of_the_process() -> None:
    assert "exit code 3, in the report 0" in found(replace(counted(ended(done(), 0)), exit_code=3), truth())


@pytest.mark.parametrize("status", ["failed", "unknown", "not_attempted"])
def test_no_failure_is_passed_over(status: str) -> None:
    told = ended(with_topic(done(), "new", status=status), 3)
    assert "exit code 3, not 1" in found(told, truth())


def test_a_topic_lacks_only_where_an_error_says_why() -> None:
    report = {**done().report, "topics": [], "diagnostics": [{"severity": "error"}]}
    told = counted(ended(replace(done(), report=report), 1))
    assert found(told, truth()) == ""
    told.report["diagnostics"].clear()
    assert "topics in the report: []" in found(told, truth())


@pytest.mark.parametrize("key", ["create", "skip", "drift", "delete", "applied", "failed", "refused", "unknown"])
def test_the_summary_counts(key: str) -> None:
    told = counted(done())
    told.report["summary"][key] += 1
    assert f"summary: {key} is" in found(told, truth())


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"partitions": 4}, "grows has partitions 4"),
        ({"replication_factor": 2}, "grows has replication_factor 2"),
        ({"config": {"retention.ms": "3"}}, "grows has retention.ms=3"),
        ({"config": {}}, "grows has retention.ms=None"),
        ({"config": {"retention.ms": "2", "flush.ms": "1"}}, "grows has flush.ms=1"),
    ],
)
def test_no_setting_becomes_a_third_thing(differs: dict[str, Any], said: str) -> None:
    told = with_topic(done(), "grows", status="unknown", changes=[])
    assert said in found(told, with_live("grows", **differs))


def goes(status: str, *answers: Any) -> Done:
    """A report of the delete of ``goes``."""
    attempts = [{"operation": "delete_topics", "error": answer} for answer in answers]
    return with_topic(
        done(), "goes", status=status, changes=[change("state", "present", "absent", status)], attempts=attempts
    )


def test_a_topic_that_is_called_deleted_is_gone_and_one_that_cannot_have_been_is_there() -> None:
    still_there = {**truth(), "goes": live(SCENARIO.start["goes"])}
    assert "goes: its delete is called applied, there is Live" in found(goes("applied", None), still_there)
    assert "goes: its delete is called failed, there is None" in found(goes("failed", REFUSED), truth())
    assert found(goes("failed", REFUSED), still_there) == ""
    assert found(goes("unknown", TIMED_OUT), still_there) == found(goes("unknown", TIMED_OUT), truth()) == ""
    assert "goes: delete_topics is called failed, but was never refused" in found(goes("failed", TIMED_OUT), truth())
    assert "goes is still there" in after_calm_apply(SCENARIO, counted(done()), still_there)


def test_no_topic_comes_from_nowhere_or_goes() -> None:
    told = counted(done())
    assert "ghost comes from nowhere" in found(told, {**truth(), "ghost": truth()["new"]})
    assert "other is gone" in found(told, without("other"))
    assert "other has partitions 2" in found(told, with_live("other", partitions=2))
    told = with_topic(done(), "new", status="unknown")
    assert "new was created as" in found(told, with_live("new", config={}))


def test_nothing_is_asked_for_twice() -> None:
    attempt = {"operation": "create_topics", "error": None}
    told = with_topic(done(), "new", attempts=[attempt, attempt])
    assert found(told, truth()) == "new: create_topics was sent again after it was accepted"
    told = with_topic(done(), "same", attempts=[attempt])
    assert found(told, truth()) == "same was there and is created"


def test_an_undisturbed_apply_does_all_of_it() -> None:
    told = counted(done())
    for cluster in without("new"), with_live("grows", partitions=1), with_live("shrinks", config={}):
        assert "wanted Settings(" in list(after_calm_apply(SCENARIO, told, cluster))[-1]
    failed = with_topic(done(), "new", status="failed")
    assert "exit code 1, not 3: []" in after_calm_apply(SCENARIO, failed, truth())


def test_a_plan_after_that_is_empty() -> None:
    empty = done()
    for name in ("goes", "grows", "new"):
        empty = with_topic(empty, name, action="skip")
    assert after_calm_plan(SCENARIO, empty) == []
    assert "still to do: ['goes', 'grows', 'new', 'shrinks'], impossible is ['shrinks']" in after_calm_plan(
        SCENARIO, counted(done())
    )


WRITE = "import sys, pathlib; pathlib.Path(sys.argv[-1]).write_text({text!r})"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("pass", "No such file"),
        (WRITE.format(text=json.dumps({"topics": []})[:-1]), "no report: Expecting"),
        (WRITE.format(text=json.dumps({"topics": []})), "'tool' is a required property"),
        ("raise RuntimeError('ouch')", "RuntimeError: ouch"),
        ("import time; time.sleep(100)", "no end after 0.2 s"),
    ],
)
def test_a_command_ends_and_leaves_a_report(
    program: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in program:
        monkeypatch.setattr(command, "LONGEST_RUN", 0.2)
    run = Reconciler(scenario=SCENARIO, servers="", folder=tmp_path, command=(sys.executable, "-c", program))
    with pytest.raises(InvariantBroken, match="seed 1, apply:") as failure:
        run("apply")
    assert said in str(failure.value)


def test_a_scenario_depends_on_its_seed_alone_and_has_all_kinds_of_topics() -> None:
    assert draw(4) == draw(4) != draw(6)
    assert sum(bool(draw(seed).impossible) for seed in range(100)) in range(30, 70)
    scenario = draw(4)
    assert all(name.startswith(scenario.prefix) for name in {**scenario.start, **scenario.wanted})
    assert scenario.start.keys() - scenario.wanted.keys()
    assert scenario.wanted.keys() - scenario.start.keys()
    assert scenario.doomed < scenario.start.keys() - scenario.wanted.keys()
    shared = scenario.start.keys() & scenario.wanted.keys()
    assert any(scenario.start[name] == scenario.wanted[name] for name in shared)
    assert any(scenario.start[name].partitions < scenario.wanted[name].partitions for name in shared)
    assert any(scenario.start[name].config != scenario.wanted[name].config for name in shared)


def test_a_scenario_of_an_odd_seed_has_no_risk() -> None:
    scenario = draw(3)
    shared = scenario.start.keys() & scenario.wanted.keys()
    assert not scenario.doomed
    assert all(scenario.start[name].partitions >= scenario.wanted[name].partitions for name in shared)
