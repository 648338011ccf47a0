"""Today's plan beside one that was reviewed: only what that one shows is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from reconciler.model import DesiredState, Permission, ReviewedPlan
from reconciler.plan.deletable import ReadsTopics, with_denied_deletes
from reconciler.plan.dependent import without_too_few_replicas
from reconciler.plan.impact import AgreedMoves, Measures, with_impact
from reconciler.plan.passes import Pass, refusals_without_measuring
from reconciler.plan.review.consent import with_reviewed_consent
from reconciler.plan.review.fit import Circumstances, misfits, other_cluster
from reconciler.plan.review.prune import reviewed_pruning
from reconciler.plan.review.stale import as_reviewed

__all__ = ["Circumstances", "misfits", "other_cluster", "reviewed_passes"]


def reviewed_passes(
    reviewed: ReviewedPlan,
    desired: DesiredState,
    permission: Permission,
    *,
    cluster: Measures,
    reader: ReadsTopics,
    now: datetime,
) -> Sequence[Pass]:
    """The passes of a run that carries ``reviewed`` out; the others as in ``reconciler.plan.passes``.

    Of ``permission`` only ``creating`` counts. The policy's limits were judged when the plan was made. What is stale is
    not measured.
    """
    pruned, gone = reviewed_pruning(desired, reviewed)
    return [
        *refusals_without_measuring(desired, permission),
        pruned,
        partial(with_denied_deletes, reader=reader),
        gone,
        partial(as_reviewed, reviewed=reviewed),
        partial(with_impact, cluster=cluster, now=now, agreed=_moves(reviewed)),
        partial(with_reviewed_consent, reviewed=reviewed, today=now.date()),
        without_too_few_replicas,
    ]


def _moves(reviewed: ReviewedPlan) -> AgreedMoves:
    return {
        name: change.risk.impact.moves
        for name, topic in reviewed.topics.items()
        for change in topic.changes.values()
        if change.risk is not None and change.risk.impact is not None and change.risk.impact.moves
    }
