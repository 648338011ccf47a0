"""Where changes come from: all combinations of base, branch and cluster for one field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.model import (
    STATE,
    Base,
    ChangeSource,
    ClusterReference,
    Create,
    DesiredState,
    FormerRun,
    FormerTopic,
    LiveState,
    LiveTopic,
    Plan,
    Policy,
    Scope,
    Source,
    TopicSpec,
    changes_of,
)
from reconciler.plan import plan
from reconciler.plan.prune import with_pruning
from reconciler.plan.sources import TopicSources, sources
from tests.plan.facts import desired_states, live_states

PLACE = Location("topics.yaml", 1, 1)
KEY = "retention.ms"
FIELD = f"config.{KEY}"
VALUES = {"a": "1000", "b": "2000", "c": "3000"}
EVERYTHING = Scope(include=["*"], origin=PLACE)

# A row for what base and branch want, a column for what the cluster has. A letter is the source of the change:
# b(ranch), B where the base wants a third value, m(erged), c(luster); a point where nothing changes.
CONFIG = """
base   branch  inherits own-a own-b own-c hidden missing
no     unset   .        b     b     b     b      b
no     a       b        .     b     b     .      b
unset  unset   .        c     c     c     c      m
unset  null    .        c     c     c     c      m
unset  a       b        .     B     B     .      b
a      unset   .        b     B     B     b      b
a      a       m        .     c     c     .      m
b      unset   .        B     b     B     b      b
b      a       B        .     b     B     .      b
absent a       b        .     b     b     .      b
"""
PARTITIONS = """
base   branch  1 2 3 4 5 missing
no     any     . . . . . b
no     3       b b . b b b
any    any     . . . . . m
any    3       b b . b b b
3      any     . . . . . b
3      3       m m . c c m
2      3       B b . B B b
4      3       B B . b B b
absent 3       b b . b b b
"""
REPLICATION = """
base   branch  1 2 3 missing
no     2       b . b b
2      2       c . c m
3      2       B . b b
any    2       b . b b
"""
EXISTENCE = """
base     branch   there missing
unlisted unlisted c     .
out      unlisted b     .
kept     unlisted b     .
present  unlisted b     .
absent   unlisted m     .
unlisted absent   b     .
present  absent   b     .
absent   absent   m     .
unlisted present  .     b
absent   present  .     b
present  present  .     m
"""


def cells(table: str) -> list[tuple[str, str, str, str]]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return [(base, ours, there, cell) for base, ours, *row in rows for there, cell in zip(head[2:], row, strict=True)]


def spec(**wanted: Any) -> TopicSpec:
    return replace(TopicSpec(name="t", origin=PLACE), **wanted)


def base_of(*topics: TopicSpec, former: FormerRun | None = None, **more: Any) -> Base:
    return Base(path="base", digest=None, desired=replace(DesiredState(topics=topics), **more), former=former)


def found(desired: DesiredState, live: LiveTopic | None, base: Base, *, pruning: bool = False) -> str:
    """The one source of what is planned, as a letter of the tables."""
    state = LiveState(cluster_id="c", brokers=1, topics={"t": live} if live is not None else {})
    made = plan(desired, state)
    made = with_pruning(made, desired=desired) if pruning else made
    each = sources(made, base).get("t", TopicSources())
    letters = {source[0] for source in [each.create, *each.changes.values()] if source is not None}
    letter = "".join(letters) or "."
    return letter.upper() if each.instead else letter


@pytest.mark.parametrize(("base", "ours", "there", "source"), cells(CONFIG))
def test_a_config_value(base: str, ours: str, there: str, source: str) -> None:
    def wanting(what: str) -> TopicSpec:
        if what == "null":
            return spec(sources={FIELD: Source("topic", PLACE)})
        return spec(config={KEY: VALUES[what]} if what in VALUES else {}, is_absent=what == "absent")

    one: dict[str, Any] = {"name": "t", "partitions": 1, "replication_factor": 1}
    live: dict[str, LiveTopic | None] = {
        "missing": None,
        "inherits": LiveTopic(**one, inherited={KEY: VALUES["c"]}),
        "hidden": LiveTopic(**one, overrides={KEY: None}),
        **{f"own-{name}": LiveTopic(**one, overrides={KEY: value}) for name, value in VALUES.items()},
    }
    theirs = base_of(*([] if base == "no" else [wanting(base)]))
    assert found(DesiredState(topics=[wanting(ours)]), live[there], theirs) == source


@pytest.mark.parametrize("table", [PARTITIONS, REPLICATION])
def test_a_count(table: str) -> None:
    field = "partitions" if table == PARTITIONS else "replication_factor"

    def wanting(what: str) -> TopicSpec:
        return spec(**{field: int(what) if what.isdigit() else None}, is_absent=what == "absent")

    for base, ours, there, source in cells(table):
        counts: dict[str, Any] = {"partitions": 1, "replication_factor": 1} | (
            {field: int(there)} if there.isdigit() else {}
        )
        live = None if there == "missing" else LiveTopic(name="t", **counts)
        theirs = base_of(*([] if base == "no" else [wanting(base)]))
        assert found(DesiredState(topics=[wanting(ours)]), live, theirs) == source, (base, ours, there)


@pytest.mark.parametrize(("base", "ours", "there", "source"), cells(EXISTENCE))
def test_existence(base: str, ours: str, there: str, source: str) -> None:
    def wanting(what: str) -> list[TopicSpec]:
        return [spec(is_absent=what == "absent")] if what in {"present", "absent"} else []

    kept = Policy(protected_topics=["t"]) if base == "kept" else Policy()
    theirs = base_of(*wanting(base), scope=Scope() if base == "out" else EVERYTHING, policy=kept)
    live = LiveTopic(name="t", partitions=1, replication_factor=1) if there == "there" else None
    desired = DesiredState(topics=wanting(ours), scope=EVERYTHING)
    assert found(desired, live, theirs, pruning=True) == source


def test_a_topic_that_pruning_spares_for_its_name_in_the_base_is_this_branchs_to_delete() -> None:
    live = LiveTopic(name="t.x", partitions=1, replication_factor=1)
    desired = DesiredState(topics=[], scope=EVERYTHING)
    made = with_pruning(plan(desired, LiveState(cluster_id="c", brokers=1, topics={"t.x": live})), desired=desired)
    theirs = base_of(replace(spec(), name="t_x"), scope=EVERYTHING)
    assert sources(made, theirs)["t.x"].changes == {STATE: ChangeSource.BRANCH}


def test_an_override_that_the_policy_of_the_base_keeps_is_this_branchs_to_reset() -> None:
    live = LiveTopic(name="t", partitions=1, replication_factor=1, overrides={KEY: "1"})
    for policy in (Policy(keep_extra_config=True), Policy(ignore_config=["retention.*"])):
        assert found(DesiredState(topics=[spec()]), live, base_of(spec(), policy=policy)) == "b"


def test_an_override_that_the_service_of_the_base_does_not_let_set_is_this_branchs_to_reset() -> None:
    live = LiveTopic(name="t", partitions=1, replication_factor=1, overrides={KEY: "1"})
    some = base_of(spec(), cluster=ClusterReference(alterable_config=["segment.ms"]))
    assert found(DesiredState(topics=[spec()]), live, some) == "b"


def test_values_that_mean_the_same_are_the_same() -> None:
    live = LiveTopic(name="t", partitions=1, replication_factor=1, inherited={"cleanup.policy": "delete"})
    theirs = base_of(spec(config={"cleanup.policy": "compact,delete"}))
    assert found(DesiredState(topics=[spec(config={"cleanup.policy": "delete, compact"})]), live, theirs) == "m"


@pytest.mark.parametrize(
    ("config", "partitions"), [({KEY: "2"}, 1), ({}, 1), ({KEY: "1"}, 2), ({KEY: "1", "preallocate": "true"}, 1)]
)
def test_a_create_with_other_settings_than_in_the_base_is_this_branchs(
    config: Mapping[str, str], partitions: int
) -> None:
    made = plan(
        DesiredState(topics=[spec(partitions=1, config={KEY: "1"})]),
        LiveState(cluster_id="c", brokers=1, topics={}),
    )
    theirs = spec(partitions=partitions, config=config)
    each = sources(made, base_of(theirs))["t"]
    assert (each.create, each.base_create) == (ChangeSource.BRANCH, theirs)


def topic(partitions: int = 1, topic_id: str | None = None, **overrides: str | None) -> LiveTopic:
    named = {key.replace("_", "."): value for key, value in overrides.items()}
    return LiveTopic(name="t", partitions=partitions, replication_factor=1, overrides=named, topic_id=topic_id)


@pytest.mark.parametrize(
    ("former", "live", "source"),
    [
        (topic(), topic(), "m"),
        (topic(), topic(retention_ms="9"), "c"),
        (topic(retention_ms="9"), topic(retention_ms="9"), "m"),
        (topic(retention_ms="9"), topic(), "c"),
        (topic(retention_ms="8"), topic(retention_ms="9"), "c"),
        (topic(retention_ms="09"), topic(retention_ms="9"), "m"),
        (topic(retention_ms=None), topic(retention_ms="9"), "c"),
        (topic(topic_id="x"), topic(topic_id="y"), "c"),
        (topic(topic_id="x"), topic(topic_id="x"), "m"),
        (topic(topic_id="x"), topic(), "m"),
        (None, topic(), "c"),
        (topic(), None, "c"),
        (None, None, "m"),
    ],
)
def test_what_both_want_is_from_before_where_a_former_run_left_it_as_it_is_now(
    former: LiveTopic | None, live: LiveTopic | None, source: str
) -> None:
    ours = spec(config={KEY: "1"})
    run = FormerRun(id="r", path="r.json", cluster_id="c", topics={"t": FormerTopic(live=former)})
    now = live and replace(live, inherited={KEY: "5"})
    assert found(DesiredState(topics=[ours]), now, replace(base_of(ours), former=run)) == source


@pytest.mark.parametrize(("partitions", "source"), [(2, "m"), (1, "c"), (3, "c")])
def test_partitions_are_from_before_where_a_former_run_left_as_many(partitions: int, source: str) -> None:
    ours = spec(partitions=4)
    run = FormerRun(id="r", path="r.json", cluster_id="c", topics={"t": FormerTopic(live=topic(partitions=partitions))})
    assert found(DesiredState(topics=[ours]), topic(partitions=2), replace(base_of(ours), former=run)) == source


def test_what_a_former_run_does_not_tell_is_told_as_not_applied() -> None:
    ours = DesiredState(topics=[spec(config={KEY: "1"})])
    unknown = FormerTopic(live=topic(), unknown=frozenset({FIELD}))
    for topics in ({}, {"t": unknown}):
        run = FormerRun(id="r", path="r.json", cluster_id="c", topics=topics)
        assert found(ours, topic(retention_ms="9"), replace(base_of(*ours.topics), former=run)) == "m"


def test_an_override_that_a_former_run_left_alone_is_this_branchs_to_reset() -> None:
    ours = DesiredState(topics=[spec()])
    former = FormerTopic(live=topic(retention_ms="9"), kept=frozenset({KEY}))
    run = FormerRun(id="r", path="r.json", cluster_id="c", topics={"t": former})
    assert found(ours, topic(retention_ms="9"), replace(base_of(spec()), run=run, former=run)) == "b"
    assert found(ours, topic(retention_ms="9"), replace(base_of(spec()), former=run)) == "m"  # a manifest has a policy


def test_a_topic_is_pruned_without_this_branch_where_a_former_run_found_it_unmanaged() -> None:
    ours = DesiredState(topics=[], scope=EVERYTHING)
    left = {"t": FormerTopic(live=topic())}
    for names, source in ((["t"], "m"), ([], "b")):
        run = FormerRun(id="r", path="r.json", cluster_id="c", topics=left, unmanaged=frozenset(names))
        assert found(ours, topic(), replace(base_of(), run=run, former=run), pruning=True) == source


@pytest.mark.parametrize(
    ("former", "source"), [({}, "c"), ({"t": FormerTopic(live=None)}, "c"), ({"t": FormerTopic(live=topic())}, "m")]
)
def test_an_unmanaged_topic_is_from_before_where_a_former_run_left_it_there(
    former: Mapping[str, FormerTopic], source: str
) -> None:
    run = FormerRun(id="r", path="r.json", cluster_id="c", topics=former)
    theirs = base_of(scope=EVERYTHING, former=run)
    assert found(DesiredState(topics=[], scope=EVERYTHING), topic(), theirs, pruning=True) == source


@pytest.mark.parametrize(("former", "source"), [(topic(), "m"), (None, "c"), (topic(topic_id="x"), "c")])
def test_a_topic_that_is_back_since_a_former_run_deleted_it_was_made_on_the_cluster(
    former: LiveTopic | None, source: str
) -> None:
    gone = spec(is_absent=True)
    run = FormerRun(id="r", path="r.json", cluster_id="c", topics={"t": FormerTopic(live=former)})
    assert found(DesiredState(topics=[gone]), topic(topic_id="y"), replace(base_of(gone), former=run)) == source


POLICIES = st.sampled_from([Policy(), Policy(keep_extra_config=True), Policy(ignore_config=["vendor.*"])])


def plan_of(desired: DesiredState, live: LiveState) -> Plan:
    return with_pruning(plan(desired, live), desired=desired)


@given(desired_states(), desired_states(), live_states(), st.tuples(POLICIES, POLICIES), st.booleans())
def test_every_change_has_one_source_and_is_this_branchs_where_the_plan_of_the_base_has_another(
    ours: DesiredState, theirs: DesiredState, live: LiveState, policies: tuple[Policy, Policy], is_scoped: bool
) -> None:
    ours = replace(ours, policy=policies[0], scope=EVERYTHING)
    theirs = replace(theirs, policy=policies[1], scope=EVERYTHING if is_scoped else Scope())
    made, base_plan = plan_of(ours, live), {each.name: each for each in plan_of(theirs, live).topics}
    told = sources(made, Base(path="base", digest=None, desired=theirs))
    assert told.keys() == {each.name for each in made.topics}
    for each in made.topics:
        found_sources, other = told[each.name], base_plan.get(each.name)
        assert (found_sources.create is not None) == isinstance(each, Create)
        assert found_sources.changes.keys() == {change.field for change in changes_of(each)}
        others = {} if other is None else {change.field: change for change in changes_of(other)}
        for change in changes_of(each):
            is_shared = change.field in others and others[change.field].after == change.after
            event(f"{change.field} shared: {is_shared}")
            if is_shared:
                assert found_sources.changes[change.field] is not ChangeSource.BRANCH
            elif change.config_key != "cleanup.policy":  # two spellings of one value
                assert found_sources.changes[change.field] is ChangeSource.BRANCH
        assert found_sources.instead.keys() <= others.keys() & found_sources.changes.keys()


@given(desired_states(), live_states())
def test_nothing_is_this_branchs_where_it_wants_what_the_base_wants_and_all_where_there_is_no_base(
    desired: DesiredState, live: LiveState
) -> None:
    def kinds(base: DesiredState) -> set[ChangeSource | None]:
        told = sources(plan_of(desired, live), Base(path="base", digest=None, desired=base)).values()
        return {kind for each in told for kind in (each.create, *each.changes.values())} - {None}

    desired = replace(desired, scope=EVERYTHING)
    assert ChangeSource.BRANCH not in kinds(desired)
    assert kinds(DesiredState(topics=())) <= {ChangeSource.BRANCH}
