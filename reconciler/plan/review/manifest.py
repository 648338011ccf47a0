"""How a manifest differs from the one that a reviewed plan was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model import DesiredState, ReviewedPlan, TopicSpec
from reconciler.plan.review.words import name_of, some, value_of
from reconciler.printable import quoted, unmistakable

_MOST = 5
_OTHER = "the topics and their settings are the same; the policy, scope, consent, owners or labels differ"
_Settings = Mapping[str, int | str | None]


def how_it_differs(reviewed: ReviewedPlan, desired: DesiredState) -> Iterator[str]:
    """What differs, in words: files, and topics; never nothing."""
    yield from _files(reviewed, desired)
    topics = list(_topics(reviewed, desired))
    yield from topics or [_OTHER]


def _files(reviewed: ReviewedPlan, desired: DesiredState) -> Iterator[str]:
    then, now = reviewed.files, {file.path: file.sha256 for file in desired.files}
    yield from _listed("changed", [path for path in now if path in then and then[path] != now[path]])
    yield from _listed("not read then", [path for path in now if path not in then])
    yield from _listed("not read now", [path for path in then if path not in now])


def _listed(what: str, paths: Sequence[str]) -> Iterator[str]:
    if paths:
        yield f"{some(list(map(unmistakable, paths)))} {what}"


def _topics(reviewed: ReviewedPlan, desired: DesiredState) -> Iterator[str]:
    then = {name: topic.settings for name, topic in reviewed.topics.items() if not topic.is_unmanaged}
    now = {spec.name: _settings(spec) for spec in desired.all_topics}
    paths = _paths(then, now)
    added = [quoted(name) for name, *_ in paths if name not in then]
    removed = [quoted(name) for name, *_ in paths if name not in now]
    if added:
        yield f"topics that the plan does not show: {some(added)}"
    if removed:
        yield f"topics that the manifest no longer has: {some(removed)}"
    changed = [path for path in paths if path[0] in then and path[0] in now]
    for name, *field in changed[:_MOST]:
        yield f"topic {quoted(name)}: {_setting(then[name], now[name], *field)}"
    if len(changed) > _MOST:
        yield f"{len(changed) - _MOST:,} more settings of topics"


def _paths(then: Mapping[str, _Settings | None], now: Mapping[str, _Settings | None]) -> Sequence[Sequence[str]]:
    """What differs, sorted: a topic, or a topic and one of its fields."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - 100 ms that a plan which fits need not pay

    found = DeepDiff(then, now, view="tree", threshold_to_diff_deeper=0)
    return sorted(item.path(output_format="list") for items in found.values() for item in items)


def _settings(spec: TopicSpec) -> _Settings | None:
    """The fields that a report shows; ``None`` for a topic to delete."""
    if spec.is_absent:
        return None
    counts = {"partitions": spec.partitions, "replication_factor": spec.replication_factor}
    return counts | {f"config.{key}": value for key, value in spec.config.items()}


def _setting(then: _Settings | None, now: _Settings | None, field: str | None = None) -> str:
    if then is None or now is None or field is None:
        return f"state is {_state(now)}, reviewed {_state(then)}"
    return f"{name_of(field)} is {value_of(field, now.get(field))}, reviewed {value_of(field, then.get(field))}"


def _state(settings: _Settings | None) -> str:
    return "absent" if settings is None else "present"
