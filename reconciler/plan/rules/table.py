"""The table of rules: what each change does, and what it needs. The first rule that applies decides."""

from __future__ import annotations

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules.rule import Change, Dangerous, Impossible, Rule, always


def _is_lowered(change: Change) -> bool:
    before, after = change.before, change.after
    return isinstance(before, int) and isinstance(after, int) and after < before


def _is_of_brokers(change: Change) -> bool:
    return change.live.is_internal


RULES = (
    Rule(
        field="state",
        what="from `present` to `absent`, of an internal topic",
        when=_is_of_brokers,
        finding=Impossible(
            reason="brokers make this topic for themselves and need it",
            way_out="remove the topic from the manifest",
        ),
        source="`Topic.java`",
    ),
    Rule(
        field="state",
        what="from `present` to `absent`",
        when=always,
        finding=Dangerous(
            kind=RiskKind.DELETE,
            reason="deletes the topic with its records and the committed offsets of its groups; ACLs of the name stay",
            measures=frozenset({Measure.ALL_RECORDS, Measure.READERS}),
        ),
        source="KIP-4",
    ),
    Rule(
        field="partitions",
        what="lowered",
        when=_is_lowered,
        finding=Impossible(
            reason="Kafka cannot remove partitions",
            way_out="write partitions: {before} to accept what is there, "
            "or create a topic with {after} under a new name and move the records",
        ),
        source="KIP-195",
    ),
    Rule(
        field="replication_factor",
        what="changed",
        when=always,
        finding=Impossible(
            reason="this version does not move replicas",
            way_out="use kafka-reassign-partitions, or write replication_factor: {before} to accept what is there",
        ),
        source="KIP-455",
    ),
)
