"""Rules about the topic itself: its state, its partitions, its replicas."""

from __future__ import annotations

import re

from reconciler.model import STATE, Measure, RiskKind
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.rule import Dangerous, Impossible, Rule, Section
from reconciler.plan.rules.values import always, both, has, is_lowered, is_raised

_OF_STREAMS = re.compile(
    r".+-(changelog|repartition|subscription-(registration|response)-topic"
    r"|KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-\d+-topic)"
)
"""How ``StreamsResetter`` recognises the internal topics of a Kafka Streams application."""
_OF_ONE_PARTITION = re.compile(r"(.*[._-])?connect([._-]cluster)?[._-]configs?|_schemas")
"""The config topic of Kafka Connect, and that of Schema Registry, by their usual names."""
_WHO_READS = frozenset({Measure.ALL_RECORDS, Measure.READERS})


def _is_of_streams(change: Change) -> bool:
    return _OF_STREAMS.fullmatch(change.desired.name) is not None


def _moves_elsewhere(change: Change) -> bool:
    """Whether a partition is being moved to another number of replicas than wanted, or to one that is not known."""
    moving, wanted = change.live.moving, change.desired.replication_factor
    return moving is not None and (
        not moving.targets or any(len(replicas) != wanted for replicas in moving.targets.values())
    )


def _is_lowered_anywhere(change: Change) -> bool:
    """Whether any partition loses replicas; those of a topic may have different numbers of them."""
    wanted = change.desired.replication_factor
    highest = change.live.highest_replication_factor or 0
    return is_lowered(change) or (wanted is not None and change.live.is_settled and highest > wanted)


def _has_one_partition(change: Change) -> bool:
    return change.before == 1 and _OF_ONE_PARTITION.fullmatch(change.desired.name) is not None


_RAISED = (
    Rule(
        field="partitions",
        what="raised, of an internal topic of Kafka Streams (`…-changelog`, `…-repartition`)",
        when=both(is_raised, _is_of_streams),
        finding=Dangerous(
            kind=RiskKind.PARTITION_INCREASE,
            reason="by its name, this is an internal topic of a Kafka Streams application, "
            "which stops when the number of partitions is not the one it expects",
            measures=_WHO_READS,
        ),
        source="InternalTopicManager.java",
    ),
    Rule(
        field="partitions",
        what="raised from 1, of the config topic of Kafka Connect or Schema Registry (`…connect-configs`, `_schemas`)",
        when=both(is_raised, _has_one_partition),
        finding=Dangerous(
            kind=RiskKind.PARTITION_INCREASE,
            reason="by its name, this topic has the settings of Kafka Connect or Schema Registry, "
            "which do not start where it has more than 1 partition",
            measures=_WHO_READS,
        ),
        source="KafkaConfigBackingStore.java",
    ),
    Rule(
        field="partitions",
        what="raised, where `cleanup.policy` has `compact`",
        when=both(is_raised, has("cleanup.policy", "compact")),
        finding=Dangerous(
            kind=RiskKind.PARTITION_INCREASE,
            reason="new records of a key may go to another partition; the old value then stays in the old one, "
            "and tables built from the topic can be wrong",
            measures=_WHO_READS,
            decisive=_WHO_READS,
        ),
        source="https://kafka.apache.org/documentation/#compaction",
        reads=frozenset({"cleanup.policy"}),
    ),
    Rule(
        field="partitions",
        what="raised, of any other topic",
        when=is_raised,
        finding=Dangerous(
            kind=RiskKind.PARTITION_INCREASE,
            reason="new records of a key may go to another partition, so their order is lost; "
            "readers that start at latest miss what is written before they learn of the new partitions",
            measures=_WHO_READS,
            decisive=_WHO_READS,
        ),
        source="https://kafka.apache.org/documentation/#consumerconfigs_auto.offset.reset",
    ),
)

COUNTS = Section(
    title="State, partitions and replication factor",
    about="",
    rules=(
        Rule(
            field=STATE,
            what="from `present` to `absent`, of an internal topic",
            when=lambda change: change.live.is_internal,
            finding=Impossible(
                reason="brokers make this topic for themselves and need it",
                way_out="remove the topic from the manifest",
            ),
            source="Topic.java",
        ),
        Rule(
            field=STATE,
            what="from `present` to `absent`, or not in the manifest (`--prune`)",
            when=always,
            finding=Dangerous(
                kind=RiskKind.DELETE,
                reason="deletes the topic with its records and the committed offsets of its groups; "
                "ACLs of the name stay",
                measures=_WHO_READS,
            ),
            source="KIP-4",
        ),
        Rule(
            field="partitions",
            what="lowered",
            when=is_lowered,
            finding=Impossible(
                reason="Kafka cannot remove partitions",
                way_out="write partitions: {before} to accept what is there, "
                "or create a topic with {after} under a new name and move the records",
            ),
            source="KIP-195",
        ),
        *_RAISED,
        Rule(
            field="replication_factor",
            what="changed, while replicas of the topic are being moved otherwise",
            when=_moves_elsewhere,
            finding=Impossible(
                reason="replicas of the topic are being moved, and will not be {after}, or it is not known how many",
                way_out="run plan again when the reassignment is complete",
            ),
            source="KIP-455",
        ),
        Rule(
            field="replication_factor",
            what="lowered",
            when=_is_lowered_anywhere,
            finding=Dangerous(
                kind=RiskKind.DURABILITY_LOSS,
                reason="removes replicas, so fewer brokers that fail are enough to lose records or stop writes",
                measures=frozenset({Measure.PLACEMENT}),
                also=frozenset({RiskKind.REPLICATION_CHANGE}),
            ),
            source="KIP-455",
        ),
        Rule(
            field="replication_factor",
            what="raised",
            when=always,
            finding=Dangerous(
                kind=RiskKind.REPLICATION_CHANGE,
                reason="copies every partition to further brokers, which takes disk space there, "
                "and bandwidth from producers and consumers meanwhile",
                measures=frozenset({Measure.PLACEMENT}),
            ),
            source="KIP-455",
        ),
    ),
)
