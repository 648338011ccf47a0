"""One topic: what the manifest wants, and what the cluster has."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from reconciler.errors import ReconcilerError
from reconciler.model import DesiredState, Facet, LiveState, LiveTopic, Query, TopicSpec
from reconciler.plan.explained import explained
from reconciler.plan.planner import unmanaged_by
from reconciler.plan.reassignment import may_be_moving, with_moving
from reconciler.printable import quoted
from reconciler.report.explain.topic import ExplainedTopic, SeenCluster
from reconciler.session.looking import Look

_FACETS = frozenset({Facet.CONFIG, Facet.IDS, Facet.SOURCES})


def explain(topic: str, desired: DesiredState) -> ExplainedTopic:
    """``topic`` by the manifest alone. Raises ReconcilerError where the manifest does not list it."""
    spec = _spec(topic, desired)
    if spec is None:
        raise _no_such_topic(topic, desired, "the manifest has no topic")
    return ExplainedTopic(name=topic, origin=spec.origin, settings=explained(spec, None, desired.policy))


def explain_live(topic: str, desired: DesiredState, look: Look, *, all_keys: bool = False) -> ExplainedTopic:
    """``topic`` by the manifest and on a cluster, with ``all_keys`` also what it inherits there.

    Raises ReconcilerError where neither has it, or where the cluster does not show it, and ClusterUnavailable.
    """
    spec, policy = _spec(topic, desired), replace(desired.policy, service=desired.cluster)
    state = look.read(_query(topic, spec, all_keys=all_keys))
    # Looked at only where the number of replicas is not the wanted one in all partitions.
    asked = may_be_moving(desired, state)
    moving = look.moving(asked) if asked else {}
    live = _live(topic, with_moving(state, {}, asked=set(asked) - moving.keys()))
    if spec is None and live is None:
        raise _no_such_topic(topic, desired, "neither the manifest nor the cluster has a topic")
    return ExplainedTopic(
        name=topic,
        origin=spec.origin if spec is not None else None,
        settings=explained(spec, live, policy, moving.get(topic)),
        cluster=SeenCluster(cluster_id=state.cluster_id, bootstrap_servers=look.bootstrap_servers, topic=live),
        is_in_scope=topic in unmanaged_by(desired, [topic]),
    )


def _spec(topic: str, desired: DesiredState) -> TopicSpec | None:
    return next((spec for spec in desired.topics if spec.name == topic), None)


def _query(topic: str, spec: TopicSpec | None, *, all_keys: bool) -> Query:
    sources = spec.sources if spec is not None else {}
    named = {field.removeprefix("config.") for field in sources if field.startswith("config.")}
    return Query(names=[topic], keys=None if all_keys else named, facets=_FACETS)


def _live(topic: str, state: LiveState) -> LiveTopic | None:
    failure = state.unreadable.get(topic)
    if failure is not None:
        message = f"the cluster does not show topic {quoted(topic)}: {failure.name}: {failure.message}"
        raise ReconcilerError.because("topic-unreadable", message, hint=failure.remedy)
    return state.topics.get(topic)


def _no_such_topic(topic: str, desired: DesiredState, words: str) -> ReconcilerError:
    specs = {spec.name for spec in desired.topics}
    close = get_close_matches(topic, specs, n=1)
    hint = f"did you mean {quoted(close[0])}?" if close else f"topics in the manifest: {len(specs)}"
    return ReconcilerError.because("no-such-topic", f"{words} {quoted(topic)}", hint=hint)
