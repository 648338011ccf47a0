"""Only a written ``null`` removes, and one that removes nothing is a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Diagnostic, ManifestInvalid, Severity
from reconciler.manifest.load import load
from reconciler.model import DesiredState

BASE = """\
version: 1
policy: {ignore_config: ["flush.*"]}
profiles:
  compacted: {config: {cleanup.policy: compact}}
topics:
  orders.state: {owner: team-a, labels: {tier: gold}, config: {cleanup.policy: compact, retention.ms: 1d}}
  orders.customers: {profile: compacted}
"""
WORDS_FOR_NULL = ["", " ", "~", "null", "Null", "NULL"]


def overlaid(folder: Path, overlay: str, variables: dict[str, str]) -> DesiredState:
    (folder / "topics.yaml").write_text(BASE)
    (folder / "topics.prod.yaml").write_text(overlay)
    return load([folder / "topics.yaml"], "prod", variables)


def problems_of(folder: Path, overlay: str, variables: dict[str, str]) -> list[Diagnostic]:
    try:
        return [*overlaid(folder, overlay, variables).diagnostics]
    except ManifestInvalid as error:
        return [*error.diagnostics]


@pytest.mark.parametrize("word", WORDS_FOR_NULL)
@pytest.mark.parametrize("reference", ["${X}", "${X:-}", "${X:-~}", "${Y:-null}", "${X:- }", "!!null ${X}"])
@pytest.mark.parametrize(
    "overlay",
    [
        "topics:\n  orders.state: REFERENCE",
        "topics:\n  orders.state:\n    config: REFERENCE",
        "topics:\n  orders.state:\n    config:\n      cleanup.policy: REFERENCE",
        "topics:\n  orders.customers:\n    profile: REFERENCE",
        "profiles:\n  compacted: REFERENCE",
        "policy:\n  ignore_config: REFERENCE",
    ],
)
def test_no_value_of_a_variable_removes_anything(word: str, reference: str, overlay: str, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(BASE)
    (tmp_path / "topics.prod.yaml").write_text(overlay.replace("REFERENCE", reference))
    try:
        state = load([tmp_path / "topics.yaml"], "prod", {"X": word})
    except ManifestInvalid as error:
        places = [str(problem.origin) for problem in error.diagnostics]
    else:
        orders = {topic.name: topic for topic in state.topics}
        # An empty list is a value of its own, and not the one that Kafka gives by default.
        assert orders["orders.state"].config["cleanup.policy"] in {"compact", ""}
        assert orders["orders.customers"].config == {"cleanup.policy": "compact"}
        assert state.policy.ignore_config
        return
    assert any(f"topics.prod.yaml:{overlay.count(chr(10)) + 1}:" in place for place in places)


@pytest.mark.parametrize("value", ["", "  "])
@pytest.mark.parametrize("reference", ["${X}", '"${X}"', "a-${X}"])
def test_an_empty_variable_is_one_that_is_not_set(reference: str, value: str, tmp_path: Path) -> None:
    overlay = f"topics:\n  orders.state:\n    owner: {reference}\n"
    (problem,) = problems_of(tmp_path, overlay, {"X": value})
    assert (problem.severity, problem.message) == (
        Severity.ERROR,
        "environment variable X is empty; set it, or write ${X:-default}",
    )
    assert str(problem.origin).endswith("topics.prod.yaml:3:12")


@pytest.mark.parametrize("empty", ['""', "${X:-}", '"${X:-}"'])
def test_an_empty_text_can_be_written(empty: str, tmp_path: Path) -> None:
    state = overlaid(tmp_path, f"topics:\n  orders.state:\n    description: {empty}\n", {"X": ""})
    assert {topic.name: topic.description for topic in state.topics}["orders.state"] == ""


def test_a_variable_that_is_not_set_is_the_only_problem_of_its_place(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "topics:\n  orders.state:\n    partitions: ${X}\n", {})
    assert problem.message == "environment variable X is not set; set it, or write ${X:-default}"


@pytest.mark.parametrize(
    ("overlay", "place", "what", "hint"),
    [
        ("topics: {orders.custmers: null}", "1:10", "topics.orders.custmers", "did you mean orders.customers?"),
        ("topics: {orders.custmers: ~}", "1:10", "topics.orders.custmers", "did you mean orders.customers?"),
        ("topics: {payments: null}", "1:10", "topics.payments", "remove this line"),
        ("profiles: {compact: null}", "1:12", "profiles.compact", "did you mean compacted?"),
        ("defaults: {partitions: null}", "1:12", "defaults.partitions", "remove this line"),
        (
            "topics: {orders.state: {config: {retention.mss: null}}}",
            "1:34",
            "topics.orders.state.config.retention.mss",
            "did you mean retention.ms?",
        ),
        (
            "topics: {orders.stat: {config: {retention.ms: null}}}",
            "1:33",
            "topics.orders.stat.config.retention.ms",
            "did you mean orders.state?",
        ),
        (
            "topics: {orders.state: {labels: {teir: null}}}",
            "1:34",
            "topics.orders.state.labels.teir",
            "did you mean tier?",
        ),
    ],
)
def test_a_null_that_removes_nothing_is_a_warning(
    overlay: str, place: str, what: str, hint: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(tmp_path, overlay, {})
    assert problem.severity is Severity.WARNING
    assert problem.message == f"null removes nothing: {what} is not in the base manifest"
    assert problem.hint == hint
    assert str(problem.origin).endswith(f"topics.prod.yaml:{place}")


@pytest.mark.parametrize(
    "overlay",
    [
        "topics: {orders.customers: null}",
        "topics: {orders.state: {owner: null, labels: {tier: null}, config: {retention.ms: null}}}",
        "policy: null",
        "x-anchors: {a: null}\nx-none: null",
    ],
)
def test_a_null_that_removes_something_is_not(overlay: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, overlay, {}) == []


@pytest.mark.parametrize(
    ("overlay", "what"),
    [
        ("topics:\n  orders.state:\n", "topics.orders.state"),
        ("topics:\n  payments:\n", "topics.payments"),
        ("topics:\n  orders.state:\n    config:\n", "topics.orders.state.config"),
        ("topics:\n  orders.state:\n    config: {retention.ms: }\n", "topics.orders.state.config.retention.ms"),
        ("policy:\n", "policy"),
    ],
)
def test_a_key_with_nothing_behind_it_removes_nothing(overlay: str, what: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, overlay, {})
    assert (problem.severity, problem.message) == (Severity.ERROR, f"{what} has no value")


def test_a_misspelt_key_of_the_format_is_said_once(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "policy: {ignore_confi: null}", {})
    assert problem.code == "unknown-key"
