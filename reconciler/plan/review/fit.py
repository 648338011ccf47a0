"""Whether a reviewed plan may be carried out at all: this manifest and cluster, the file as it was written, in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.configs.units import readable_age
from reconciler.errors import Diagnostic, Severity
from reconciler.model import INTERNAL_TOPICS, DesiredState, ReviewedPlan
from reconciler.plan.fingerprint import digest
from reconciler.plan.review.manifest import how_it_differs
from reconciler.plan.review.stale import AGAIN
from reconciler.plan.review.words import some
from reconciler.printable import quoted, unmistakable

_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a reviewed plan is carried out with: the time, the most seconds of its age, the environment."""

    now: datetime
    max_age: float | None
    environment: str | None


def misfits(reviewed: ReviewedPlan, desired: DesiredState, around: Circumstances) -> Sequence[Diagnostic]:
    """Why ``reviewed`` is not carried out with the manifest ``desired``, everything at once; empty where it may be."""
    return [*_edited(reviewed), *_untimely(reviewed, around), *_other_manifest(reviewed, desired, around.environment)]


def other_cluster(reviewed: ReviewedPlan, cluster_id: str | None) -> Diagnostic | None:
    """Why ``reviewed`` is not carried out on the cluster ``cluster_id``; ``None`` where it is for that cluster."""
    if reviewed.cluster_id == cluster_id:
        return None
    return _problem(
        reviewed,
        "plan-of-another-cluster",
        f"the plan is for the cluster {_id(reviewed.cluster_id)}, and this is the cluster {_id(cluster_id)}",
        "check --bootstrap-server and the plan file",
    )


def _id(cluster_id: str | None) -> str:
    return unmistakable(cluster_id) if cluster_id is not None else "without an id"


def _edited(reviewed: ReviewedPlan) -> Iterator[Diagnostic]:
    if reviewed.is_edited:
        words = "the file was changed after it was written: its checksum does not fit"
        yield _problem(reviewed, "plan-edited", words, "apply the file as plan wrote it, or run plan again")


def _untimely(reviewed: ReviewedPlan, around: Circumstances) -> Iterator[Diagnostic]:
    age = around.now - reviewed.made_at
    made_at = f"{reviewed.made_at:%Y-%m-%d %H:%M:%S} UTC"
    if age < -_CLOCKS_DIFFER:
        words = f"the plan was made in the future, at {made_at}"
        yield _problem(reviewed, "plan-from-the-future", words, "correct the clock of this machine, or run plan again")
    elif around.max_age is not None and age.total_seconds() > around.max_age:
        words = f"the plan is {readable_age(age.total_seconds())} old (made at {made_at})"
        allowed = readable_age(around.max_age)
        yield _problem(reviewed, "plan-too-old", f"{words}, and --max-age allows {allowed}", AGAIN)


def _other_manifest(reviewed: ReviewedPlan, desired: DesiredState, environment: str | None) -> Iterator[Diagnostic]:
    if reviewed.environment != environment:
        then, now = (f"environment {unmistakable(each)}" if each else "no environment"
                     for each in (reviewed.environment, environment))  # fmt: skip
        words = f"the plan is for {then}, and this run is for {now}"
        yield _problem(reviewed, "plan-of-another-environment", words, "check -e and the plan file")
    if reviewed.digest != digest(desired):
        differing = "; ".join(how_it_differs(reviewed, desired))
        yield _problem(
            reviewed,
            "plan-of-another-manifest",
            f"the manifest is not the one that was reviewed: {differing}",
            f"check out the commit that was reviewed, or {AGAIN}",
        )
    elif strangers := _strangers(reviewed, desired):
        names = some(list(map(quoted, strangers)))
        words = f"the plan shows topics that the manifest does not have: {names}"
        yield _problem(reviewed, "plan-of-another-manifest", words, AGAIN)


def _strangers(reviewed: ReviewedPlan, desired: DesiredState) -> Sequence[str]:
    """Topics of ``reviewed`` that no plan for this manifest has; somebody wrote them into it."""
    listed = {spec.name for spec in desired.all_topics}
    return [
        name
        for name, topic in reviewed.topics.items()
        if (topic.is_unmanaged and not _may_be_pruned(name, desired)) or (name in listed) is topic.is_unmanaged
    ]


def _may_be_pruned(name: str, desired: DesiredState) -> bool:
    in_scope = bool(desired.scope.include) and desired.scope.has(name)
    return in_scope and name not in INTERNAL_TOPICS and not desired.policy.protects(name)


def _problem(reviewed: ReviewedPlan, code: str, words: str, hint: str) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=f"{unmistakable(reviewed.file)}: {words}", hint=hint)
