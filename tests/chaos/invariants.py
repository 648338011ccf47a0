"""What must hold of a report, whatever the network did: each check yields what does not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.chaos.bare import Live
from tests.chaos.scenarios import Scenario, Settings

Cluster = Mapping[str, Live]

DONE = {"applied", "unchanged"}
NOT_DONE = {"failed", "refused", "not_attempted"}
FAILURES = {"failed", "unknown", "not_attempted"}

COUNTED = {
    "action": ("create", "skip", "drift", "delete"),
    "status": ("applied", "failed", "refused", "stale", "unknown"),
}
_COUNTS = ("partitions", "replication_factor")
_REQUEST_TIMED_OUT = 7


class InvariantBroken(AssertionError):
    """Something did not hold: in the schedule of which seed, after which command, and what."""

    def __init__(self, seed: int, what: str, found: Iterable[str]) -> None:
        super().__init__("\n  ".join([f"seed {seed}, {what}:", *found]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that has ended, its report, and how long it took."""

    exit_code: int
    report: Any
    seconds: float


def after_apply(scenario: Scenario, done: Done, cluster: Cluster) -> list[str]:
    """What is wrong after an apply, however it ended."""
    return [
        *exit_code_fits(scenario, done),
        *summary_counts_the_topics(done.report),
        *topics_are_as_reported(scenario, done.report, cluster),
        *changes_are_as_reported(done.report, cluster),
        *failures_have_a_reason(done.report),
        *nothing_is_done_twice(scenario, done.report),
        *nothing_else_is_done(scenario, cluster),
    ]


def after_calm_apply(scenario: Scenario, done: Done, cluster: Cluster) -> list[str]:
    """What is wrong after an apply that nothing disturbed: it has done the rest."""
    return [
        *after_apply(scenario, done, cluster),
        *nothing_failed(scenario, done),
        *everything_is_as_wanted(scenario, cluster),
    ]


def after_calm_plan(scenario: Scenario, done: Done) -> list[str]:
    """What is wrong with a plan after that: there is nothing to do."""
    return [
        *exit_code_fits(scenario, done),
        *summary_counts_the_topics(done.report),
        *nothing_failed(scenario, done),
        *nothing_is_left_to_do(scenario, done.report),
    ]


def exit_code_fits(scenario: Scenario, done: Done) -> Iterator[str]:
    """The worst that happened decides; a topic of the manifest lacks only where an error says why."""
    report, exit_code = done.report, done.exit_code
    if report["run"]["exit_code"] != exit_code:
        yield f"exit code {exit_code}, in the report {report['run']['exit_code']}"
    statuses = {topic["status"] for topic in report["topics"]}
    has_error = any(entry["severity"] == "error" for entry in report["diagnostics"])
    names = [topic["name"] for topic in report["topics"]]
    if names != sorted({*scenario.wanted, *scenario.doomed}) and not has_error:
        yield f"topics in the report: {names}"
    expected = 1 if statuses & FAILURES or has_error else 3 if "refused" in statuses else 0
    if exit_code != expected:
        yield f"exit code {exit_code}, not {expected}: topics {sorted(statuses)}, an error: {has_error}"


def summary_counts_the_topics(report: Any) -> Iterator[str]:
    """The numbers are those of the topics."""
    for field, values in COUNTED.items():
        for value in values:
            number = sum(topic[field] == value for topic in report["topics"])
            if report["summary"][value] != number:
                yield f"summary: {value} is {report['summary'][value]}, but it is {number} topics"


def topics_are_as_reported(scenario: Scenario, report: Any, cluster: Cluster) -> Iterator[str]:
    """What is called done is exactly as wanted; what is called not created, and was not sent in vain, is not there."""
    for topic in report["topics"]:
        name, status = topic["name"], topic["status"]
        live = cluster.get(name)
        wanted = scenario.wanted.get(name)
        if status in DONE and (live.settings if live else None) != wanted:
            yield f"{name} is called {status}, wanted {wanted}, there is {live}"
        if (
            topic["action"] == "create"
            and status in NOT_DONE
            and live
            and _cannot_have_happened(topic, "create_topics")
        ):
            yield f"{name} is called {status}, but is there"


def changes_are_as_reported(report: Any, cluster: Cluster) -> Iterator[str]:
    """A change that is called applied shows; one that is called not done, and cannot have happened, does not."""
    for topic in report["topics"]:
        live = cluster.get(topic["name"])
        for change in topic["changes"]:
            field, status = change["field"], change["status"]
            if field == "state":
                yield from _delete_is_as_reported(topic, status, live)
                continue
            is_untouched = status in NOT_DONE and _cannot_have_happened(topic, _operation_for(field))
            if (
                live is None
                or (status == "applied" and not _shows(live, field, change["after"]))
                or (is_untouched and not _shows(live, field, change["before"]))
            ):
                yield f"{topic['name']} has the change {change}, there is {live}"


def _delete_is_as_reported(topic: Any, status: str, live: Live | None) -> Iterator[str]:
    is_untouched = status in NOT_DONE and _cannot_have_happened(topic, "delete_topics")
    if (status == "applied" and live is not None) or (is_untouched and live is None):
        yield f"{topic['name']}: its delete is called {status}, there is {live}"


def failures_have_a_reason(report: Any) -> Iterator[str]:
    """What is called failed was refused in the end, or something else was read back; no answer is no failure."""
    for topic in report["topics"]:
        verification = topic["verification"]
        if verification is not None and verification["status"] == "mismatch":
            continue
        refused = {each["operation"] for each in topic["attempts"] if each["error"] and _is_refusal(each["error"])}
        failed = [_operation_for(change["field"]) for change in topic["changes"] if change["status"] == "failed"]
        if topic["action"] == "create" and topic["status"] == "failed":
            failed.append("create_topics")
        for operation in failed:
            if operation not in refused:
                yield f"{topic['name']}: {operation} is called failed, but was never refused"


def nothing_is_done_twice(scenario: Scenario, report: Any) -> Iterator[str]:
    """No request is sent again that was accepted, and none to create what was there."""
    for topic in report["topics"]:
        if topic["name"] in scenario.start and _errors(topic, "create_topics"):
            yield f"{topic['name']} was there and is created"
        for operation in {attempt["operation"] for attempt in topic["attempts"]}:
            if None in _errors(topic, operation)[:-1]:
                yield f"{topic['name']}: {operation} was sent again after it was accepted"


def nothing_else_is_done(scenario: Scenario, cluster: Cluster) -> Iterator[str]:
    """Every setting is as it was or as it is wanted, and no topic comes from nowhere or goes."""
    for name in sorted(scenario.start.keys() - cluster.keys() - scenario.doomed):
        yield f"{name} is gone"
    for name, live in cluster.items():
        were = [settings for settings in (scenario.start.get(name), scenario.wanted.get(name)) if settings]
        if not were:
            yield f"{name} comes from nowhere"
        elif name not in scenario.start and live.settings != were[0]:
            yield f"{name} was created as {live.settings}, wanted {were[0]}"
        else:
            yield from _third_things(name, live.settings, were)


def nothing_failed(scenario: Scenario, done: Done) -> Iterator[str]:
    """Only what is impossible is refused."""
    expected = 3 if scenario.impossible else 0
    if done.exit_code != expected:
        yield f"exit code {done.exit_code}, not {expected}: {done.report['diagnostics']}"


def everything_is_as_wanted(scenario: Scenario, cluster: Cluster) -> Iterator[str]:
    """Nothing is missing but what is impossible."""
    for name, wanted in scenario.wanted.items():
        partitions = scenario.start[name].partitions if name in scenario.impossible else wanted.partitions
        live = cluster.get(name)
        if live is None or live.settings != replace(wanted, partitions=partitions):
            yield f"{name}: wanted {wanted}, there is {live}"
    for name in sorted(scenario.doomed & cluster.keys()):
        yield f"{name} is still there"


def nothing_is_left_to_do(scenario: Scenario, report: Any) -> Iterator[str]:
    """A plan shows only what is impossible."""
    left = {topic["name"] for topic in report["topics"] if topic["action"] != "skip"}
    if left != scenario.impossible:
        yield f"still to do: {sorted(left)}, impossible is {sorted(scenario.impossible)}"


def _third_things(name: str, live: Settings, were: Sequence[Settings]) -> Iterator[str]:
    for what in _COUNTS:
        if getattr(live, what) not in [getattr(settings, what) for settings in were]:
            yield f"{name} has {what} {getattr(live, what)}, was and wanted: {were}"
    for key in sorted({*live.config, *(key for settings in were for key in settings.config)}):
        if live.config.get(key) not in [settings.config.get(key) for settings in were]:
            yield f"{name} has {key}={live.config.get(key)}, was and wanted: {were}"


def _shows(live: Live, field: str, value: int | str | None) -> bool:
    if field in _COUNTS:
        return bool(getattr(live.settings, field) == value)
    key = field.removeprefix("config.")
    return key not in live.settings.config if value is None else live.values.get(key) == value


def _operation_for(field: str) -> str:
    """The request that makes a change; none moves replicas."""
    known = {"partitions": "create_partitions", "replication_factor": "", "state": "delete_topics"}
    return known.get(field, "incremental_alter_configs")


def _cannot_have_happened(topic: Any, operation: str) -> bool:
    """Whether no such request was sent, or each was refused for certain."""
    return all(error is not None and _is_refusal(error) for error in _errors(topic, operation))


def _errors(topic: Any, operation: str) -> list[Any]:
    """What such requests were answered with, ``None`` for accepted."""
    return [attempt["error"] for attempt in topic["attempts"] if attempt["operation"] == operation]


def _is_refusal(error: Any) -> bool:
    """Whether a broker said no, or was never asked; else the answer may have been lost."""
    if error["code"] > 0:
        return bool(error["code"] != _REQUEST_TIMED_OUT)
    return "waiting for controller" in error["message"]
