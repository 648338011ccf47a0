"""What a look decides of a topic whose request ended in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.apply.second_look import Changed, changed_meanwhile, deleted_meanwhile, is_done
from reconciler.model import (
    Drift,
    FieldChange,
    LiveTopic,
    Operation,
    Policy,
)
from tests.support.steps import created, spec

POLICY = Policy()


def live(partitions: int = 1, **overrides: str) -> LiveTopic:
    keys = {key.replace("_", "."): value for key, value in overrides.items()}
    return LiveTopic(name="orders", partitions=partitions, replication_factor=1, overrides=keys)


def grown(before: int, after: int) -> Drift:
    """A topic that is to get more partitions and another retention."""
    changes = (
        FieldChange(field="partitions", before=before, after=after),
        FieldChange(field="config.retention.ms", before="1", after="2"),
    )
    desired = spec("orders", after, retention_ms="2")
    return Drift(desired=desired, live=live(before, retention_ms="1"), changes=changes)


def fields(changed: Changed | None) -> set[str] | None:
    return set(changed.fields) if changed else None


CREATE, GROW, ALTER, *_ = Operation


@pytest.mark.parametrize(
    ("found", "differs"),
    [
        pytest.param(live(3, retention_ms="1000"), None, id="as wanted"),
        pytest.param(live(3, retention_ms="+1000"), None, id="as wanted in another spelling"),
        pytest.param(live(5, retention_ms="1000"), {"partitions"}, id="other partitions"),
        pytest.param(live(3, retention_ms="7"), {"config.retention.ms"}, id="another value"),
        pytest.param(live(3), {"config.retention.ms"}, id="no value"),
        pytest.param(live(3, retention_ms="1000", flush_ms="5"), {"config.flush.ms"}, id="one more override"),
    ],
)
def test_a_topic_that_was_to_be_created_and_is_there_is_done_if_equal_else_changed(
    found: LiveTopic, differs: set[str] | None
) -> None:
    topic = created("orders", 3, retention_ms="1000")
    assert is_done(topic, CREATE, found, POLICY) == (differs is None)
    assert fields(changed_meanwhile(topic, found, POLICY, ())) == differs
    assert changed_meanwhile(topic, found, POLICY, {CREATE}) is None, "it is our own"


@pytest.mark.parametrize(
    ("found", "done", "changed"),
    [
        pytest.param(live(3, retention_ms="1"), set(), None, id="as it was"),
        pytest.param(live(6, retention_ms="2"), {GROW, ALTER}, None, id="as wanted"),
        pytest.param(live(6, retention_ms="1"), {GROW}, None, id="half as wanted"),
        pytest.param(live(3, retention_ms="1", flush_ms="5"), set(), None, id="what is not planned does not count"),
        pytest.param(live(4, retention_ms="1"), set(), {"partitions", "config.retention.ms"}, id="other partitions"),
        pytest.param(live(9, retention_ms="2"), {ALTER}, {"partitions"}, id="too many partitions"),
        pytest.param(live(6, retention_ms="7"), {GROW}, {"config.retention.ms"}, id="another value"),
        pytest.param(live(3), set(), {"partitions", "config.retention.ms"}, id="an override removed"),
    ],
)
def test_a_planned_change_is_done_open_or_overtaken(
    found: LiveTopic, done: set[Operation], changed: set[str] | None
) -> None:
    topic = grown(3, 6)
    assert {operation for operation in (GROW, ALTER) if is_done(topic, operation, found, POLICY)} == done
    assert fields(changed_meanwhile(topic, found, POLICY, ())) == changed


def test_what_was_accepted_is_read_back_and_not_called_somebody_elses() -> None:
    found = live(9, retention_ms="7")
    assert fields(changed_meanwhile(grown(3, 6), found, POLICY, {GROW})) == {"config.retention.ms"}
    assert changed_meanwhile(grown(3, 6), found, POLICY, {GROW, ALTER}) is None
    assert deleted_meanwhile(grown(3, 6), {GROW}).fields == {"config.retention.ms"}


def test_an_inherited_value_that_another_broker_gives_is_nobodys_change() -> None:
    seen = replace(live(3), inherited={"retention.ms": "604800000"})
    topic = replace(grown(3, 6), live=seen)
    found = replace(live(3), inherited={"retention.ms": "86400000"})
    assert changed_meanwhile(topic, found, POLICY, ()) is None
