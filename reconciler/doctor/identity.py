"""Whether the addresses lead to one cluster, and to the right one."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.doctor.check import Check, Status

CLUSTER_ID = "cluster-id"


def identity(found: Mapping[str, str | None], expected: str | None) -> Check:
    """The check of the cluster ids ``found`` by address; ``expected`` is that of the manifest, if it has one."""
    ids = {each for each in found.values() if each is not None}
    facts = {"found": sorted(ids), "expected": expected}
    if len(ids) > 1:
        where = ", ".join(f"{address} is {each}" for address, each in found.items())
        return Check(
            name=CLUSTER_ID,
            status=Status.FAILED,
            code="several-clusters",
            detail=f"the addresses belong to {len(ids)} clusters: {where}",
            remedy="name the brokers of one cluster only",
            facts=facts,
        )
    if not ids:
        return Check(name=CLUSTER_ID, status=Status.UNKNOWN, detail="the brokers tell no cluster id", facts=facts)
    [one] = ids
    if expected is not None and one != expected:
        return Check(
            name=CLUSTER_ID,
            status=Status.FAILED,
            code="wrong-cluster",
            detail=f"the cluster is {one}, but the manifest has cluster.id {expected}",
            remedy="check --bootstrap-server and -e, or correct cluster.id in the manifest",
            facts=facts,
        )
    of_manifest = ", as in the manifest" if expected is not None else ""
    return Check(name=CLUSTER_ID, status=Status.OK, detail=f"{one}{of_manifest}", facts=facts)
