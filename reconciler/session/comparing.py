"""The sides of a comparison, read from where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.clock import TimeLimit
from reconciler.errors import DeadlinePassed, Diagnostic, Interrupted, ReconcilerError, ReportNotRead, Severity
from reconciler.model import Query
from reconciler.plan.comparison import Comparison, Side, compare, explicit_keys, of_live, of_manifest, of_run
from reconciler.printable import quoted, unmistakable
from reconciler.session.choosing import nothing_matches
from reconciler.session.control import Control

if TYPE_CHECKING:
    from reconciler.cluster.properties import ClientSettings

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSide:
    """A manifest, with the overlay of an environment if one is named."""

    files: Sequence[Path]
    environment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSide:
    """The cluster as the run of a report left it."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSide:
    """A cluster as it is now."""

    settings: ClientSettings
    limit: TimeLimit
    cluster_id: str | None = None
    """The id that it must have, if any."""


Place = ManifestSide | ReportSide | ClusterSide
Read = tuple[Side, Sequence[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A comparison, and what is to be said of its sides."""

    comparison: Comparison
    notes: Sequence[Diagnostic]


def compared(
    places: tuple[Place, Place], *, only: Sequence[str], environ: Mapping[str, str], control: Control
) -> Compared:
    """Read both places, clusters last, and compare them.

    Raises WrongUsage where no topic matches ``only``, DeadlinePassed, Interrupted, and ReconcilerError with the errors
    of both places.
    """
    are_clusters = all(isinstance(place, ClusterSide) for place in places)
    read: dict[int, Read] = {}
    problems: list[Diagnostic] = []
    for number, place in sorted(enumerate(places), key=lambda each: isinstance(each[1], ClusterSide)):
        other = next((side for side, _ in read.values()), None)
        try:
            if isinstance(place, ClusterSide):
                read[number] = _cluster(place, _query(other, only, all_keys=are_clusters), control)
            else:
                side, notes = _file(place, environ, control)
                read[number] = side.only(only), notes
        except (DeadlinePassed, Interrupted):
            raise
        except ReconcilerError as error:
            problems += error.diagnostics
    if problems:
        raise ReconcilerError(*problems)
    return _found(read[0], read[1], places, only, control)


def _query(other: Side | None, only: Sequence[str], *, all_keys: bool) -> Query:
    """What to read of a cluster: all topics, and those of the ``other`` side by name, for it may hide them."""
    keys = None if other is None or all_keys else explicit_keys(other)
    return Query(names=list(other.topics) if other is not None else (), globs=["*"], within=only, keys=keys)


def _found(a: Read, b: Read, places: tuple[Place, Place], only: Sequence[str], control: Control) -> Compared:
    if isinstance(places[0], ClusterSide):  # it was read before B was, and may hide what B has
        hidden, more = _hidden(places[0], b[0].topics.keys() - a[0].topics.keys() - a[0].unreadable, control)
        a = replace(a[0], unreadable=a[0].unreadable | hidden), [*a[1], *more]
    sides = a[0], b[0]
    if only and not any(side.topics or side.unreadable for side in sides):
        raise nothing_matches(only, "no topic of A or B matches")
    return Compared(comparison=compare(*sides), notes=list(dict.fromkeys([*a[1], *b[1]])))


def _hidden(place: ClusterSide, topics: Collection[str], control: Control) -> tuple[frozenset[str], list[Diagnostic]]:
    """Those of ``topics`` that the cluster may have and does not list."""
    if not topics:
        return frozenset(), []
    side, notes = _cluster(place, Query(names=sorted(topics), facets=frozenset()), control)
    return side.unreadable, [*notes]


def _file(place: ManifestSide | ReportSide, environ: Mapping[str, str], control: Control) -> Read:
    match place:
        case ManifestSide():
            return _manifest(place, environ, control)
        case ReportSide(path=path):
            return _report(path, control)


def _manifest(place: ManifestSide, environ: Mapping[str, str], control: Control) -> Read:
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    today = control.clock.now().date()
    desired = control.wait_for(lambda: load(place.files, place.environment, environ, today=today))
    files = ", ".join(map(str, place.files))
    label = files if place.environment is None else f"environment {place.environment} of {files}"
    return of_manifest(desired, label), [*map(_warning, desired.diagnostics)]


def _warning(problem: Diagnostic) -> Diagnostic:
    """``problem``, which keeps nobody from comparing: at most, the manifest breaks its policy."""
    return replace(problem, severity=Severity.WARNING) if problem.severity is Severity.ERROR else problem


def _report(path: Path, control: Control) -> Read:
    from reconciler.report.base import former_run  # noqa: PLC0415 - only with a report
    from reconciler.report.read import read_report  # noqa: PLC0415 - likewise

    report = control.wait_for(lambda: read_report(path))
    if report.plan is None or report.cluster is None:
        raise ReportNotRead.because(
            "report-without-plan",
            f"{unmistakable(str(path))}: the report tells nothing of a cluster: it is of {report.command}, "
            f"with the status {report.run.status}",
            hint="use the report of a plan, an apply or an audit",
        )
    finished = report.run.finished_at
    label = f"cluster {report.cluster.id} on {finished:%Y-%m-%d %H:%M} UTC, by the report {path}"
    return of_run(former_run(report, str(path)), label), []


def _cluster(place: ClusterSide, query: Query, control: Control) -> Read:
    from reconciler.session.looking import look  # noqa: PLC0415 - loads the client

    with look(place.settings, place.limit, control, cluster_id=place.cluster_id) as seen:
        live = seen.read(query)
        side = of_live(live, f"cluster {live.cluster_id} at {seen.bootstrap_servers}")
    shown = sorted(side.unreadable)[:_MOST_NAMED]
    return side, [_unreadable(name, live.unreadable[name].message, live.unreadable[name].remedy) for name in shown]


def _unreadable(topic: str, message: str, remedy: str) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="topic-unreadable",
        message=f"the cluster does not show topic {quoted(topic)}: {message}",
        hint=remedy,
        topic=topic,
    )
