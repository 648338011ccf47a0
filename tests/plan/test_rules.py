"""The table of rules: every row has a golden case, and what holds of the verdict on any change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.configs import TOPIC_CONFIGS
from reconciler.errors import Location
from reconciler.manifest.load import load
from reconciler.model import (
    ClusterReference,
    Difference,
    LiveTopic,
    Policy,
    Refused,
    Risky,
    Safe,
    TopicSpec,
    changes_of,
    live_of,
)
from reconciler.plan import plan
from reconciler.plan.rules import RULES, Change, Rule, judged, keys_to_know, rule_for
from tests.plan.facts import Broker, live_from
from tests.support.cases import case_folders

PLACE = Location("topics.yaml", 1, 1)
KEYS = sorted({rule.field.removeprefix("config.") for rule in RULES if "config." in rule.field} - {"*"})
VALUES = st.sampled_from(["-1", "0", "1", "1000", "9223372036854775807", "true", "false", "compact", "delete", ""])
ANY_VALUE = st.none() | VALUES | st.sampled_from(["compact,delete", "CreateTime", "LogAppendTime"]) | st.text()
CONFIGS = st.dictionaries(st.sampled_from(KEYS), ANY_VALUE)
NUMBERS = st.integers(-1, 2**63 - 1)


def rules_that_decide_in(folder: Path) -> Iterator[Rule | None]:
    """The rule that decides on each change of a golden case, with what its brokers give by default."""
    desired = load([Path("topics.yaml")], None, {})
    broker = Broker(folder / "live.yaml")
    made = plan(desired, live_from(folder / "live.yaml"))
    for topic in made.topics:
        live = live_of(topic)
        for difference in changes_of(topic):
            assert live is not None
            change = Change(difference=difference, desired=topic.desired, live=live, policy=made.policy)
            yield rule_for(replace(change, defaults=broker.broker_defaults(keys_to_know(change))))


def test_every_rule_decides_in_a_golden_case(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Rule | None] = []
    for folder in (parameter.values[0] for parameter in case_folders("plan")):
        monkeypatch.chdir(folder)
        seen += rules_that_decide_in(folder)
    assert [(rule.field, rule.what) for rule in RULES if rule not in seen] == []


def change_of(field: str, before: Any, after: Any, **values: Any) -> Change:
    return Change(
        difference=Difference(field=field, before=before, after=after),
        desired=TopicSpec(name="orders", origin=PLACE, config=values.get("config", {})),
        live=LiveTopic(
            name="orders",
            partitions=1,
            replication_factor=1,
            overrides=values.get("overrides", {}),
            inherited=values.get("inherited", {}),
        ),
        policy=values.get("policy", Policy()),
        defaults=values.get("defaults", {}),
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A change of any field to any value, of a topic with any others."""
    field = draw(st.sampled_from([*(f"config.{key}" for key in KEYS), "config.vendor.key", "partitions"]))
    values: st.SearchStrategy[Any] = ANY_VALUE if "." in field else st.integers(1, 9)
    wanted = {key: value for key, value in draw(CONFIGS).items() if value is not None}
    known = {key: value for key, value in draw(CONFIGS).items() if value is not None}
    return change_of(field, draw(values), draw(values), config=wanted, overrides=draw(CONFIGS), defaults=known)


@given(changes())
def test_every_change_gets_one_verdict_whatever_its_values(change: Change) -> None:
    decided = judged(change)
    assert isinstance(decided.decision, Safe | Risky | Refused)
    assert (decided.field, decided.before, decided.after) == (
        change.difference.field,
        change.difference.before,
        change.difference.after,
    )


@given(changes(), CONFIGS)
def test_a_verdict_depends_on_no_value_but_those_that_its_rules_read(change: Change, others: dict[str, Any]) -> None:
    read = {key for rule in RULES if rule.is_about(change.difference.field) for key in rule.reads}
    # What decides on the change of a key that is read counts, too.
    read |= {key for each in read for rule in RULES if rule.is_about(f"config.{each}") for key in rule.reads}
    more = {key: value for key, value in others.items() if key not in {*read, change.key}}
    overrides = {**change.live.overrides, **more}
    assert judged(replace(change, live=replace(change.live, overrides=overrides))) == judged(change)


@given(changes())
def test_a_change_with_all_values_known_needs_to_know_no_more(change: Change) -> None:
    known = {key: config.default for key, config in TOPIC_CONFIGS.items()}
    change = replace(change, defaults=known | {"diskless.enable": "false"}, live=replace(change.live, overrides={}))
    assert keys_to_know(change) <= {"vendor.key"}


@pytest.mark.parametrize("key", ["retention.ms", "retention.bytes"])
@given(NUMBERS, NUMBERS)
def test_of_two_retentions_the_way_down_is_risky_and_the_way_up_is_safe(key: str, one: int, other: int) -> None:
    def is_safe(before: int, after: int) -> bool:
        inherited = {"cleanup.policy": "delete"}
        change = change_of(f"config.{key}", str(before), str(after), inherited=inherited)
        return isinstance(judged(change).decision, Safe)

    assert (is_safe(one, other) and is_safe(other, one)) == (one == other or {one, other} == {-1, 2**63 - 1})
    assert is_safe(one, other) or is_safe(other, one)


@given(st.sampled_from(KEYS), VALUES)
def test_a_key_that_the_service_does_not_permit_is_impossible_to_change(key: str, value: str) -> None:
    policy = Policy(service=ClusterReference(alterable_config=["segment.*x"], alterable_origin=PLACE))
    decision = judged(change_of(f"config.{key}", None, value, policy=policy)).decision
    assert isinstance(decision, Refused)
    assert f"{key}: it is not in cluster.alterable_config (topics.yaml:1:1)" in decision.refusal.reason


@pytest.mark.parametrize("field", ["config.retention.ms", "config.min.insync.replicas", "config.cleanup.policy"])
def test_what_a_reset_leads_to_is_risky_until_it_is_known(field: str) -> None:
    change = change_of(field, "delete" if "cleanup" in field else "5", None)
    assert isinstance(judged(change).decision, Risky)
    assert change.key in keys_to_know(change)
    known = {str(change.key): str(change.before)}
    assert isinstance(judged(replace(change, defaults=known)).decision, Safe)


def test_tiered_storage_that_may_have_been_on_is_not_turned_off_with_its_records_without_consent() -> None:
    deletes = {"remote.log.delete.on.disable": "true"}
    off = change_of("config.remote.storage.enable", None, "false", config=deletes)
    assert isinstance(judged(off).decision, Risky)
    assert isinstance(judged(replace(off, defaults={"remote.storage.enable": "false"})).decision, Safe)


def test_a_retention_cut_is_risky_where_the_change_that_takes_its_effect_may_be_refused() -> None:
    cut = change_of(
        "config.retention.ms",
        "604800000",
        "1000",
        config={"cleanup.policy": "compact", "retention.ms": "1000"},
        inherited={"cleanup.policy": "delete"},
    )
    assert isinstance(judged(cut).decision, Risky)
    ends = replace(cut, live=replace(cut.live, overrides={"cleanup.policy": "compact,delete"}, inherited={}))
    assert isinstance(judged(ends).decision, Safe)
    assert isinstance(judged(ends, {"cleanup.policy"}).decision, Risky)
