"""A session that carries out what a reviewed plan shows, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from reconciler.errors import ClusterUnavailable, Diagnostic, PlanRefused
from reconciler.model import DesiredState, FormerId, LiveState, Permission, Plan, ReviewedPlan
from reconciler.plan.passes import Pass
from reconciler.plan.review import Circumstances, misfits, other_cluster, reviewed_passes
from reconciler.session.choosing import limited_to, nothing_matches
from reconciler.session.writing import WritingSession


class ReviewingSession(WritingSession):
    """A session that applies a reviewed plan: ``review``, then the steps of a ``WritingSession``."""

    _reviewed: ReviewedPlan | None = None
    _max_age: float | None = None
    _misfits: Sequence[Diagnostic] = ()

    def review(self, reviewed: ReviewedPlan, *, max_age: float | None = None) -> None:
        """Let this session do only what ``reviewed`` shows. Call it before ``load``.

        ``plan`` then raises PlanRefused if the manifest or the cluster is another one, if the file was edited, or if it
        is older than ``max_age`` seconds.
        """
        self._reviewed, self._max_age = reviewed, max_age
        self._known = replace(self._known, reviewed=reviewed)

    def plan(self, permission: Permission | None = None) -> Plan:
        """The same as in other sessions, limited to what was reviewed; of ``permission`` only ``creating`` counts.

        Also raises PlanRefused.
        """
        if self._misfits:
            raise PlanRefused(*self._misfits, *self._problem_of_cluster())
        return super().plan(permission)

    def _choose(self, desired: DesiredState, only: Sequence[str]) -> DesiredState:
        reviewed = self._reviewed
        if reviewed is None:
            return super()._choose(desired, only)
        around = Circumstances(now=self._clock.now(), max_age=self._max_age, environment=self._known.environment)
        self._misfits = misfits(reviewed, desired, around)
        names = [name for name in reviewed.topics if not only or any(fnmatchcase(name, glob) for glob in only)]
        if only and not names:
            raise nothing_matches(only, "no topic of the reviewed plan matches")
        self._reviewed = reviewed = reviewed.limited_to(names)
        self.knows_ids(_ids(reviewed))
        self.refuse_after_reading(self._refuse_other_cluster)
        return limited_to(desired, reviewed.topics)

    def _passes(self, desired: DesiredState, permission: Permission) -> Sequence[Pass]:
        if self._reviewed is None:
            return super()._passes(desired, permission)
        connection = self._connected()
        return reviewed_passes(
            self._reviewed,
            desired,
            permission,
            cluster=self._measures(connection),
            reader=self._reader(connection),
            now=self._clock.now(),
        )

    def _refuse_other_cluster(self, live: LiveState) -> None:
        problem = other_cluster(self._reviewed, live.cluster_id) if self._reviewed is not None else None
        if problem is not None:
            raise PlanRefused(problem)

    def _problem_of_cluster(self) -> Sequence[Diagnostic]:
        """That the cluster is another one, or why it is not known, to be told with everything else."""
        try:
            found = self._connected().metadata()
        except ClusterUnavailable as error:
            return error.diagnostics
        problem = other_cluster(self._reviewed, found.cluster_id) if self._reviewed is not None else None
        return [problem] if problem is not None else []


def _ids(reviewed: ReviewedPlan) -> dict[str, FormerId]:
    ids = {name: topic.live.topic_id for name, topic in reviewed.topics.items() if topic.live is not None}
    return {name: FormerId(topic_id=each, report=reviewed.file) for name, each in ids.items() if each is not None}
