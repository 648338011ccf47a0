"""All checks of a connection, in their order: those of different addresses at the same time, each within its limit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reconciler.addresses import addresses
from reconciler.clock import TimeLimit
from reconciler.cluster.background import in_background
from reconciler.cluster.connection import Connection
from reconciler.cluster.properties import ClientSettings, without_secrets
from reconciler.doctor import advertised, apis, permissions
from reconciler.doctor.ask import ask_rights
from reconciler.doctor.at_once import GRACE_SECONDS, for_each, seconds_left
from reconciler.doctor.check import Check, Checkup, Group, Status, failures, worst
from reconciler.doctor.course import skipped
from reconciler.doctor.door import Caller, Door, knock, late
from reconciler.doctor.identity import CLUSTER_ID, identity
from reconciler.doctor.login import principal
from reconciler.doctor.purpose import Purpose
from reconciler.doctor.visit import Visited, visit
from reconciler.errors import ClusterUnavailable, DeadlinePassed, ReconcilerError
from reconciler.model import TopicSpec

PROPERTIES = "properties"
_CLIENT = "Client"
_SERVERS = "bootstrap.servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What to check; ``seconds`` is for each check.

    ``topics`` are those of the manifest, ``None`` without one; ``manifest`` is what is told of it.
    """

    settings: ClientSettings
    seconds: float
    environ: Mapping[str, str]
    manifest: tuple[Check, ...] = ()
    topics: Sequence[TopicSpec] | None = None
    expected_cluster_id: str | None = None
    purpose: Purpose = Purpose.APPLY


def examine(wanted: Examination) -> Checkup:
    """All checks; takes twice the ``seconds`` of one check at most. No message has a secret."""
    began = time.monotonic()
    settings = wanted.settings
    properties = _properties(settings, wanted.seconds)
    caller = Caller(
        settings=settings,
        environ=wanted.environ,
        seconds=wanted.seconds,
        until=began + 2 * wanted.seconds,
        obstacle=PROPERTIES if worst(check.status for check in properties) is Status.FAILED else None,
    )
    servers = tuple(addresses(settings.properties[_SERVERS]))
    doors = for_each(servers, partial(knock, caller=caller), caller.until)
    opened = {address: doors[address] for address in servers if address in doors and doors[address].seen is not None}
    cluster = _cluster(wanted, opened, caller)
    groups = (
        Group(title=_CLIENT, checks=(*wanted.manifest, *properties)),
        *(
            Group(title=server, checks=doors[server].checks if server in doors else (late(server, 2 * wanted.seconds),))
            for server in servers
        ),
        Group(title="Cluster", checks=cluster),
        Group(title="Permissions", checks=_permissions(wanted, list(opened), cluster, caller)),
    )
    return Checkup(
        groups=tuple(_without_secrets(group, settings.properties) for group in groups),
        bootstrap_servers=servers,
        cluster_id=next((door.seen.cluster_id for door in opened.values() if door.seen is not None), None),
        seconds=time.monotonic() - began,
    )


def of_client(checks: tuple[Check, ...]) -> Checkup:
    """A checkup that could not begin, because the manifest or the properties do not tell which cluster."""
    return Checkup(groups=(Group(title=_CLIENT, checks=checks),))


def _properties(settings: ClientSettings, seconds: float) -> tuple[Check, ...]:
    """A check of the properties of the client; one for each wrong property."""
    protocol = settings.properties.get("security.protocol", "PLAINTEXT").upper()
    try:
        Connection(settings.properties, limit=TimeLimit(seconds), places=settings.places).close()
    except ClusterUnavailable as error:
        return failures(PROPERTIES, error.diagnostics)
    return (Check(name=PROPERTIES, status=Status.OK, detail=f"security.protocol is {protocol}"),)


def _cluster(wanted: Examination, opened: Mapping[str, Door], caller: Caller) -> tuple[Check, ...]:
    """The checks of the cluster behind the doors that ``opened``, and of each broker's advertised address."""
    seen = {address: door.seen for address, door in opened.items() if door.seen is not None}
    if not seen:
        names = (CLUSTER_ID, apis.APIS, advertised.ADVERTISED)
        return tuple(skipped(name, "", "no address could be used") for name in names)
    brokers = {place for each in seen.values() for place in each.brokers.items()}
    known = {address.rpartition("://")[2]: door.visited for address, door in opened.items()}
    visits = {**known, **_visits({address for _, address in brokers} - known.keys(), caller)}
    ids = {address: each.cluster_id for address, each in seen.items()}
    versions = [each.apis for each in visits.values() if each.apis is not None]
    return (
        identity(ids, wanted.expected_cluster_id),
        apis.judged(versions, wanted.purpose),
        *advertised.judged(brokers, visits, frozenset(seen)),
    )


def _visits(names: set[str], caller: Caller) -> dict[str, Visited]:
    seconds = seconds_left(caller.until, caller.seconds)
    return for_each(
        sorted(names),
        lambda address: visit(address, caller.settings.properties, seconds, caller.environ),
        caller.until,
    )


def _permissions(
    wanted: Examination, opened: Sequence[str], cluster: Sequence[Check], caller: Caller
) -> tuple[Check, ...]:
    """The checks of permissions; skipped where no broker can be asked, or where it is another cluster."""
    why = _obstacle(cluster) if opened else "no address could be used"
    if why is not None:
        return tuple(skipped(name, "", why) for name in permissions.JOBS)
    began = time.monotonic()
    seconds = seconds_left(caller.until, caller.seconds)
    answer = in_background(lambda: ask_rights(wanted.settings, opened, wanted.topics or (), seconds))
    try:
        rights = answer.result(seconds + GRACE_SECONDS)
    except (TimeoutError, DeadlinePassed):
        return _unknown("the brokers did not answer in time")
    except ReconcilerError as error:
        return _unknown(error.diagnostics[0].message)
    checks = _judged(rights, wanted)
    return tuple(replace(check, seconds=time.monotonic() - began) for check in checks)


def _obstacle(cluster: Sequence[Check]) -> str | None:
    if any(check.name == CLUSTER_ID and check.status is Status.FAILED for check in cluster):
        return f"{CLUSTER_ID} failed"
    is_reachable = any(check.name == advertised.ADVERTISED and check.status.is_usable for check in cluster)
    return None if is_reachable else f"{advertised.ADVERTISED} failed"


def _judged(rights: permissions.Rights, wanted: Examination) -> tuple[Check, ...]:
    if wanted.topics is None:
        return permissions.judged_without_manifest(rights)
    named = permissions.Wanted(
        present=[spec.name for spec in wanted.topics if not spec.is_absent],
        absent=[spec.name for spec in wanted.topics if spec.is_absent],
        who=principal(wanted.settings.properties),
        purpose=wanted.purpose,
    )
    return permissions.judged(rights, named)


def _unknown(why: str) -> tuple[Check, ...]:
    return tuple(Check(name=name, status=Status.UNKNOWN, detail=why) for name in permissions.JOBS)


def _without_secrets(group: Group, properties: Mapping[str, str]) -> Group:
    def clean(text: str) -> str:
        return without_secrets(text, properties)

    return replace(
        group,
        checks=tuple(
            replace(check, detail=clean(check.detail), remedy=check.remedy and clean(check.remedy))
            for check in group.checks
        ),
    )
