"""The sections of a manifest that apply to all topics: ``policy``, ``scope`` and ``cluster``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.addresses import objection
from reconciler.configs import TOPIC_CONFIGS, hint_for_key
from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node, mapping, string, strings, whole_number
from reconciler.model import ClusterReference, Limit, Limits, Policy, RiskKind, Scope
from reconciler.printable import quoted

_DEFAULT = Policy()
_LIMITS = ("creates", "changes", "deletes")


def policy_of(document: Node) -> Policy:
    """The rules of the merged ``document``, with their defaults; without the content of ``policy.schema``."""
    section = mapping(mapping(document).get("policy"))
    protected = strings(section.get("protected_topics"))
    return Policy(
        keep_extra_config=string(section.get("extra_config")) == "keep",
        ignore_config=strings(section.get("ignore_config")) or (),
        protected_topics=_DEFAULT.protected_topics if protected is None else protected,
        limits=_limits(mapping(section.get("limits"))),
        warn_only=_warn_only(mapping(section.get("risks"))),
        naming=string(section.get("naming")),
        required=strings(section.get("require")) or (),
    )


def _limits(section: Mapping[str, Node]) -> Limits:
    default = _DEFAULT.limits
    creates, changes, deletes = (
        _limit(section[name]) if name in section else getattr(default, name) for name in _LIMITS
    )
    return Limits(creates=creates, changes=changes, deletes=deletes)


def _limit(node: Node) -> Limit | None:
    number, text = whole_number(node), string(node)
    if number is not None:
        return Limit(number=number, origin=node.location)
    if text is not None and _PERCENTAGE.fullmatch(text):
        return Limit(percent=int(text[:-1]), origin=node.location)
    return None


_PERCENTAGE = re.compile(r"[0-9]{1,3}%", re.ASCII)


def _warn_only(section: Mapping[str, Node]) -> Mapping[RiskKind, Location]:
    return {
        RiskKind(kind): node.location
        for kind, node in sorted(section.items())
        if kind in list(RiskKind) and string(node) == "warn"
    }


def scope_of(document: Node) -> Scope:
    """The topics that the merged ``document`` answers for besides those it lists."""
    node = mapping(document).get("scope")
    section = mapping(node)
    return Scope(
        include=strings(section.get("include")) or (),
        exclude=strings(section.get("exclude")) or (),
        origin=node.key_location if node is not None else None,
    )


def cluster_of(document: Node) -> ClusterReference:
    """The cluster that the merged ``document`` is for."""
    section = mapping(mapping(document).get("cluster"))
    alterable = section.get("alterable_config")
    return ClusterReference(
        id=string(section.get("id")),
        bootstrap_servers=string(section.get("bootstrap_servers")),
        alterable_config=strings(alterable),
        alterable_origin=alterable.location if alterable is not None else None,
    )


def section_problems(document: Node) -> Iterator[Diagnostic]:
    """The problems in ``policy``, ``scope`` and ``cluster`` of the merged ``document`` that its schema cannot find."""
    yield from _address_problems(document)
    yield from _limits_without_value(document)
    yield from _misspelt_keys(document)
    scope = mapping(mapping(document).get("scope"))
    if strings(scope.get("exclude")) and not strings(scope.get("include")):
        yield Diagnostic(
            severity=Severity.WARNING,
            code="empty-scope",
            message="scope.exclude has no effect without scope.include",
            hint='add include: ["*"], or another glob, under scope:',
            origin=scope["exclude"].key_location,
        )


def _address_problems(document: Node) -> Iterator[Diagnostic]:
    node = mapping(mapping(document).get("cluster")).get("bootstrap_servers")
    servers = string(node)
    wrong = objection(servers) if servers else None  # the schema rejects an empty one
    if node is not None and wrong is not None:
        yield Diagnostic(severity=Severity.ERROR, code="bootstrap-servers", message=wrong, origin=node.location)


def _misspelt_keys(document: Node) -> Iterator[Diagnostic]:
    """A misspelt key in ``alterable_config`` would forbid the one that is meant."""
    node = mapping(mapping(document).get("cluster")).get("alterable_config")
    for item in node.value if node is not None and isinstance(node.value, list) else ():
        key = string(item)
        hint = hint_for_key(key, "") if key and not _GLOB.search(key) and key not in TOPIC_CONFIGS else None
        if key and hint is not None:
            yield Diagnostic(
                severity=Severity.WARNING,
                code="unknown-config-key",
                message=f"unknown topic config {quoted(key)} in cluster.alterable_config",
                hint=hint,
                origin=item.location,
            )


_GLOB = re.compile(r"[*?\[]")


def _limits_without_value(document: Node) -> Iterator[Diagnostic]:
    """Only a written null means no limit: a key without a value is an unfinished line."""
    limits = mapping(mapping(mapping(document).get("policy")).get("limits"))
    for name, node in limits.items():
        if node.value is None and not node.text:
            yield Diagnostic(
                severity=Severity.ERROR,
                code="wrong-value",
                message=f"policy.limits.{name} has no value",
                hint="write a number, a percentage such as 25%, or null for no limit",
                origin=node.location,
            )
