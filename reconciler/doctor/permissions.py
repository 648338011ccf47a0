"""Which jobs the principal may do, from what the brokers answer about permitted operations and to dry runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.doctor.check import Check, Status
from reconciler.doctor.cluster_permissions import GROUPS, REPLICAS, groups, replicas
from reconciler.doctor.course import skipped
from reconciler.doctor.purpose import Purpose
from reconciler.model import KafkaFailure

PLAN, CREATE, ALTER, PARTITIONS, DELETE = (
    "permission-plan",
    "permission-create",
    "permission-alter-configs",
    "permission-add-partitions",
    "permission-delete",
)
JOBS = (PLAN, CREATE, ALTER, PARTITIONS, REPLICAS, DELETE, GROUPS)
_WHO_WRITES = {
    CREATE: Purpose.SERVICE,
    ALTER: Purpose.APPLY,
    PARTITIONS: Purpose.APPLY,
    REPLICAS: Purpose.APPLY,
    DELETE: Purpose.APPLY,
}
_DENIED = frozenset({29, 31})
_LISTED = 5
_NOT_ALLOWED = "not-authorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the cluster told about the permissions of this principal.

    ``topics``: the operations on each topic that it lists, ``None`` where the broker does not tell them.
    ``unreadable``: the topics of the manifest that it does not list although they may exist. ``created``: the answers
    to creating each topic of the manifest, as a dry run. ``cluster``: the operations on the cluster, ``None`` without
    DESCRIBE there. ``groups``: how many are listed, and ``hidden_groups`` why there may be others.
    """

    topics: Mapping[str, frozenset[str] | None]
    unreadable: Mapping[str, KafkaFailure] = field(default_factory=dict)
    created: Mapping[str, KafkaFailure | None] = field(default_factory=dict)
    cluster: frozenset[str] | None = None
    groups: int = 0
    hidden_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The topics of the manifest that are to exist, and those that are to be deleted; ``who`` needs the permissions."""

    present: Collection[str]
    absent: Collection[str]
    who: str
    purpose: Purpose = Purpose.APPLY


def judged(rights: Rights, wanted: Wanted) -> tuple[Check, ...]:
    """A check for each job on the topics of a manifest."""
    there = {name: rights.topics[name] for name in wanted.present if name in rights.topics}
    leaving = {name: rights.topics[name] for name in wanted.absent if name in rights.topics}
    writes: tuple[Check, ...] = (
        _create(rights, wanted),
        _on_topics(ALTER, "ALTER_CONFIGS", there, wanted.who),
        _on_topics(PARTITIONS, "ALTER", there, wanted.who),
        replicas(rights.cluster),
        _on_topics(DELETE, "DELETE", leaving, wanted.who)
        if leaving
        else _unneeded(DELETE, "DELETE", there, "only for state: absent and --prune"),
    )
    purpose = wanted.purpose
    writes = tuple(
        check if purpose.covers(_WHO_WRITES[check.name]) else skipped(check.name, "", f"not needed for {purpose}")
        for check in writes
    )
    return (_plan(rights, {**there, **leaving}, wanted), *writes, groups(rights.groups, rights.hidden_groups))


def judged_without_manifest(rights: Rights) -> tuple[Check, ...]:
    """A check for each job on the topics that the principal can list; nothing says which it needs."""
    topics = rights.topics
    on_cluster = rights.cluster is not None and "CREATE" in rights.cluster
    create = (
        Check(name=CREATE, status=Status.OK, detail="CREATE on the cluster")
        if on_cluster
        else Check(
            name=CREATE,
            status=Status.UNKNOWN,
            detail="not on the cluster as a whole; permissions by topic name are not shown, a manifest tells the names",
        )
    )
    return (
        _visible(PLAN, ("DESCRIBE", "DESCRIBE_CONFIGS"), topics),
        create,
        _visible(ALTER, ("ALTER_CONFIGS",), topics),
        _visible(PARTITIONS, ("ALTER",), topics),
        replicas(rights.cluster),
        _visible(DELETE, ("DELETE",), topics),
        groups(rights.groups, rights.hidden_groups),
    )


def _plan(rights: Rights, there: Mapping[str, frozenset[str] | None], wanted: Wanted) -> Check:
    hidden = [name for name, failure in rights.unreadable.items() if failure.code in _DENIED]
    broken = [name for name in rights.unreadable if name not in hidden]
    if hidden:
        return _denied(
            PLAN,
            hidden,
            f"DESCRIBE is denied, so it is not known whether {_these(hidden)} exist",
            f"grant DESCRIBE and DESCRIBE_CONFIGS on these topics to {wanted.who}",
        )
    if broken:
        failure = rights.unreadable[broken[0]]
        detail = f"{_these(broken)} cannot be read: {failure.name}: {failure.message}"
        return Check(name=PLAN, status=Status.FAILED, code="unreadable", detail=detail, remedy=failure.remedy)
    if not there:
        return Check(name=PLAN, status=Status.OK, detail="no topic of the manifest exists yet, and none is hidden")
    check = _on_topics(PLAN, "DESCRIBE_CONFIGS", there, wanted.who)
    missing = len(wanted.present) - len(there.keys() & set(wanted.present))
    more = f"; {missing:,} more {'does' if missing == 1 else 'do'} not exist yet" if missing else ""
    detail = f"DESCRIBE and {check.detail}{more}" if check.status is Status.OK else check.detail
    return Check(name=PLAN, status=check.status, code=check.code, detail=detail, remedy=check.remedy, facts=check.facts)


def _create(rights: Rights, wanted: Wanted) -> Check:
    if not wanted.present:
        return skipped(CREATE, "", "the manifest has no topic to create")
    denied = [name for name, failure in rights.created.items() if failure is not None and failure.code in _DENIED]
    silent = [name for name, failure in rights.created.items() if failure is not None and not failure.outcome_known]
    missing = [name for name in wanted.present if name not in rights.topics and name not in rights.unreadable]
    if needed := [name for name in denied if name not in rights.topics]:
        return _denied(
            CREATE,
            needed,
            f"CREATE is denied for {_these(needed)}",
            f"grant CREATE on these topics, on a prefix of their names, or on the cluster to {wanted.who}",
        )
    if silent or not rights.created:
        return Check(name=CREATE, status=Status.UNKNOWN, detail="the broker did not answer the dry run")
    if denied:
        return Check(
            name=CREATE,
            status=Status.WARNING,
            code=_NOT_ALLOWED,
            detail=f"CREATE is denied for {_these(denied)}; needed only if they are deleted",
            remedy=f"grant CREATE on these topics, on a prefix of their names, or on the cluster to {wanted.who}",
            facts={"topics": denied},
        )
    all_there = "" if missing else ", all of which exist"
    return Check(name=CREATE, status=Status.OK, detail=f"CREATE for {_count(rights.created)}{all_there}")


def _on_topics(name: str, operation: str, topics: Mapping[str, frozenset[str] | None], who: str) -> Check:
    """Whether ``operation`` is permitted on all of the ``topics``."""
    if not topics:
        return skipped(name, "", "no topic of the manifest exists yet")
    denied, untold = _without(operation, topics)
    if denied:
        return _denied(
            name, denied, f"{operation} is denied on {_these(denied)}", f"grant {operation} on these topics to {who}"
        )
    if untold:
        return Check(name=name, status=Status.UNKNOWN, detail=f"the broker does not tell it for {_these(untold)}")
    return Check(name=name, status=Status.OK, detail=f"{operation} on {_count(topics)}")


def _unneeded(name: str, operation: str, topics: Mapping[str, frozenset[str] | None], why: str) -> Check:
    """The same for a job that the manifest does not ask for: nothing that is denied is a problem."""
    if not topics:
        return skipped(name, "", f"needed {why}")
    denied, untold = _without(operation, topics)
    if denied or untold:
        return skipped(name, "", f"needed {why}; {operation} is permitted on {_of(topics, [*denied, *untold])}")
    return Check(name=name, status=Status.OK, detail=f"{operation} on {_count(topics)}; needed {why}")


def _visible(name: str, operations: Sequence[str], topics: Mapping[str, frozenset[str] | None]) -> Check:
    what = " and ".join(operations)
    if not topics:
        detail = "this principal sees no topic: there is none, or it lacks DESCRIBE"
        return Check(name=name, status=Status.UNKNOWN, detail=detail)
    denied = {each for operation in operations for part in _without(operation, topics) for each in part}
    status = Status.OK if len(denied) < len(topics) else Status.WARNING
    return Check(
        name=name,
        status=status,
        code=_NOT_ALLOWED if status is Status.WARNING else None,
        detail=f"{what} on {_of(topics, denied)}",
        remedy=f"grant {what} on the topics that the manifest will have" if status is Status.WARNING else None,
        facts={"topics": sorted(denied)} if denied else {},
    )


def _without(operation: str, topics: Mapping[str, frozenset[str] | None]) -> tuple[list[str], list[str]]:
    """The topics on which ``operation`` is denied, and those of which the broker does not tell."""
    denied = [name for name, permitted in topics.items() if permitted is not None and operation not in permitted]
    return denied, [name for name, permitted in topics.items() if permitted is None]


def _denied(name: str, topics: Collection[str], detail: str, remedy: str) -> Check:
    return Check(
        name=name,
        status=Status.FAILED,
        code=_NOT_ALLOWED,
        detail=detail,
        remedy=remedy,
        facts={"topics": sorted(topics)},
    )


def _these(names: Collection[str]) -> str:
    first = ", ".join(sorted(names)[:_LISTED])
    more = len(names) - _LISTED
    return f"{_count(names)}: {first}{f' and {more:,} more' if more > 0 else ''}"


def _count(names: Collection[str]) -> str:
    return f"{len(names):,} {'topic' if len(names) == 1 else 'topics'}"


def _of(topics: Collection[str], but: Collection[str]) -> str:
    return f"{len(topics) - len(but):,} of {_count(topics)}"
