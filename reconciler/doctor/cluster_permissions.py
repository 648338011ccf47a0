"""What the principal may do with the cluster as a whole: see all groups, move replicas."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.doctor.check import Check, Status
from reconciler.doctor.course import skipped

REPLICAS, GROUPS = "permission-move-replicas", "permission-groups"
_WITHOUT_GROUPS = "without it, plan may not know every reader of a topic that a risky change concerns"


def replicas(operations: Collection[str] | None) -> Check:
    """Whether replicas may be moved, and with a throttle, by the permitted ``operations`` on the cluster.

    Nothing tells which manifests will change a replication factor, so nothing that is denied is a problem.
    """
    if operations is None or "ALTER" not in operations:
        return skipped(REPLICAS, "", "needed only to change replication_factor; ALTER on the cluster is not permitted")
    if "ALTER_CONFIGS" not in operations:
        detail = "ALTER on the cluster; --reassign-throttle also needs ALTER_CONFIGS there"
        return Check(name=REPLICAS, status=Status.OK, detail=detail)
    return Check(name=REPLICAS, status=Status.OK, detail="ALTER and ALTER_CONFIGS on the cluster")


def groups(number: int, hidden: Sequence[str]) -> Check:
    """Whether all groups can be seen; ``number`` are, and ``hidden`` has the reasons why there may be others."""
    listed = f"{number:,} {'group' if number == 1 else 'groups'}"
    if not hidden:
        return Check(name=GROUPS, status=Status.OK, detail=f"all groups can be seen ({listed})")
    reasons = [reason.rpartition("; ") for reason in hidden]
    return Check(
        name=GROUPS,
        status=Status.WARNING,
        code="hidden-groups",
        detail=f"{listed} can be seen; {'; '.join(why for why, _, _ in reasons)}",
        remedy="; ".join([*dict.fromkeys(todo for _, _, todo in reasons if todo), _WITHOUT_GROUPS]),
    )
