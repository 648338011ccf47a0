"""The sections of a manifest that apply to all topics: ``policy`` and ``cluster``."""

from __future__ import annotations

from reconciler.addresses import objection
from reconciler.errors import Diagnostic, Severity
from reconciler.manifest.nodes import Node, mapping, string, strings
from reconciler.model import ClusterReference, Policy

_DEFAULT = Policy()


def policy_of(document: Node) -> Policy:
    """The rules of the merged ``document``, with their defaults."""
    section = mapping(mapping(document).get("policy"))
    protected = strings(section.get("protected_topics"))
    return Policy(
        keep_extra_config=string(section.get("extra_config")) == "keep",
        ignore_config=strings(section.get("ignore_config")) or (),
        protected_topics=_DEFAULT.protected_topics if protected is None else protected,
    )


def cluster_of(document: Node) -> ClusterReference:
    """The cluster that the merged ``document`` is for."""
    section = mapping(mapping(document).get("cluster"))
    return ClusterReference(id=string(section.get("id")), bootstrap_servers=string(section.get("bootstrap_servers")))


def address_problems(document: Node) -> list[Diagnostic]:
    """The errors in ``cluster.bootstrap_servers`` of the merged ``document``."""
    node = mapping(mapping(document).get("cluster")).get("bootstrap_servers")
    servers = string(node)
    wrong = objection(servers) if servers else None  # the schema rejects an empty one
    if node is None or wrong is None:
        return []
    return [Diagnostic(severity=Severity.ERROR, code="bootstrap-servers", message=wrong, origin=node.location)]
