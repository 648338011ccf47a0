"""What a run has to do: per topic the action, what is made, what is refused and why, and what is there afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from tests.oracle.spellings import REFUSED_KEY
from tests.oracle.state import Live, Manifest, Options, Wanted
from tests.oracle.verdicts import BROKER, Risk, Verdict, differences, verdict

CREATE, STATE = "create", "state"
_PERCENT_OF_DELETES, _PERCENT_COUNTS_FROM = 30, 10

Cluster = Mapping[str, Live]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a field is refused: the kind of refusal as reports name it, and the kind of risk."""

    obstacle: str
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What has to become of a topic; ``live`` is what is there afterwards, ``None`` for nothing.

    ``made`` and ``refused`` have the fields of a change, ``state`` for a delete, ``create`` for a new topic.
    """

    action: str
    live: Live | None
    made: frozenset[str] = frozenset()
    refused: Mapping[str, Why] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The topic's status after an apply."""
        return "refused" if self.refused else "applied" if self.made else "unchanged"


def expected(manifest: Manifest, options: Options, cluster: Cluster) -> Mapping[str, Expected]:
    """What has to become of every topic of ``manifest``, and of those that are pruned."""
    found = {name: _topic(wanted, manifest, options, cluster.get(name)) for name, wanted in manifest.topics.items()}
    others = unmanaged(manifest, cluster)
    if options.prune:
        found |= {name: _topic(Wanted(is_absent=True), manifest, options, live) for name, live in others.items()}
    there = len(cluster.keys() & manifest.topics.keys()) + len(others)
    return found if options.exceed_limits else _limited(found, manifest, cluster, there)


def unmanaged(manifest: Manifest, cluster: Cluster) -> Cluster:
    """The topics in the scope of ``manifest`` that it does not list."""
    scope = manifest.scope
    return {
        name: live
        for name, live in cluster.items()
        if name not in manifest.topics and scope is not None and fnmatchcase(name, scope)
    }


def _topic(wanted: Wanted, manifest: Manifest, options: Options, live: Live | None) -> Expected:
    if live is None:
        return Expected(action="skip", live=None) if wanted.is_absent else _create(wanted)
    allowed = {*options.allow, *manifest.warned_only}
    if wanted.is_absent:
        why = _why(Risk(kind="delete", records=live.records), wanted, allowed)
        return Expected(
            action="delete",
            live=None if why is None else live,
            made=frozenset({STATE} if why is None else ()),
            refused={STATE: why} if why else {},
        )
    keeps_extra = manifest.keeps_extra_config
    fields = differences(live, wanted, keeps_extra=keeps_extra)
    whys = {field: _why(verdict(field, live, wanted, keeps_extra=keeps_extra), wanted, allowed) for field in fields}
    refused = {field: why for field, why in whys.items() if why is not None}
    made = frozenset(fields.keys() - refused.keys())
    after = {field: fields[field][1] for field in made}
    return Expected(action="drift" if fields else "skip", live=_changed(live, after), made=made, refused=refused)


def _create(wanted: Wanted) -> Expected:
    is_refused = REFUSED_KEY in wanted.config or (wanted.replication_factor or 1) > 1
    live = Live(partitions=wanted.partitions or 1, overrides=wanted.values)
    if is_refused:
        return Expected(action="create", live=None, refused={CREATE: Why(obstacle=BROKER)})
    return Expected(action="create", live=live, made=frozenset({CREATE}))


def _changed(live: Live, after: Mapping[str, int | str | None]) -> Live:
    overrides = dict(live.overrides)
    for changed, value in after.items():
        key = changed.removeprefix("config.")
        if value is None:
            del overrides[key]
        elif key != changed:
            overrides[key] = str(value)
    partitions = after.get("partitions", live.partitions)
    return replace(live, partitions=int(partitions or 0), overrides=overrides)


def _why(found: Verdict, wanted: Wanted, allowed: Collection[str]) -> Why | None:
    """Why a change with the verdict ``found`` is refused; ``None`` where it is made. ``allowed`` are kinds of risk."""
    match found:
        case None:
            return None
        case Risk(kind=kind, records=records):
            if wanted.is_protected:
                return Why(obstacle="protected", kind=kind)
            if kind in allowed or any(each.covers(kind, records) for each in wanted.allow):
                return None
            return Why(obstacle="needs-consent", kind=kind)
        case _:
            return Why(obstacle=found)


def _limited(found: Mapping[str, Expected], manifest: Manifest, cluster: Cluster, there: int) -> Mapping[str, Expected]:
    """Deletes and changes refused where there would be too many of them."""
    refused: set[str] = set()
    for action, limit in _limits(manifest, there):
        counted = {name for name, each in found.items() if each.action == action and each.made}
        if limit is not None and len(counted) > limit:
            refused |= counted
    if all(wanted.is_absent for wanted in manifest.topics.values()):  # an accident, probably
        refused |= {name for name, each in found.items() if name not in manifest.topics and each.made}
    return {name: _without(each, cluster[name]) if name in refused else each for name, each in found.items()}


def _limits(manifest: Manifest, there: int) -> Iterator[tuple[str, int | None]]:
    by_default = there * _PERCENT_OF_DELETES // 100 if there >= _PERCENT_COUNTS_FROM else None
    yield "delete", manifest.deletes if manifest.deletes is not None else by_default
    yield "drift", manifest.changes


def _without(each: Expected, live: Live) -> Expected:
    refused = {**each.refused, **{field: Why(obstacle="limit") for field in each.made}}
    return replace(each, live=live, made=frozenset(), refused=refused)


def after(cluster: Cluster, expected: Mapping[str, Expected]) -> Cluster:
    """The cluster as a run has to leave it."""
    untouched = {name: live for name, live in cluster.items() if name not in expected}
    return untouched | {name: each.live for name, each in expected.items() if each.live is not None}


def names(expected: Mapping[str, Expected], *, status: str) -> Sequence[str]:
    """The topics with a status."""
    return sorted(name for name, each in expected.items() if each.status == status)
