"""Rules about acknowledged writes: in-sync replicas, unclean elections, flushing."""

from __future__ import annotations

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules.rule import Dangerous, Harmless, Rule, Section
from reconciler.plan.rules.values import becomes, is_no_longer, is_raised, may_be_lowered, may_become

_DOCUMENTATION = "https://kafka.apache.org/documentation/#topicconfigs_"

DURABILITY = Section(
    title="Durability",
    about="A change of `min.insync.replicas` also clears the eligible leader replicas (ELR) of the topic.",
    rules=(
        Rule(
            field="config.min.insync.replicas",
            what="lowered",
            when=may_be_lowered,
            finding=Dangerous(
                kind=RiskKind.DURABILITY_LOSS,
                reason="writes with acks=all are acknowledged with fewer copies, "
                "and are lost if the brokers that have them fail",
            ),
            source=f"{_DOCUMENTATION}min.insync.replicas",
        ),
        Rule(
            field="config.min.insync.replicas",
            what="raised",
            when=is_raised,
            finding=Dangerous(
                kind=RiskKind.AVAILABILITY_LOSS,
                reason="partitions with fewer in-sync replicas refuse writes with acks=all",
                measures=frozenset({Measure.IN_SYNC}),
                decisive=frozenset({Measure.IN_SYNC}),
            ),
            source=f"{_DOCUMENTATION}min.insync.replicas",
        ),
        Rule(
            field="config.unclean.leader.election.enable",
            what="turned on",
            when=may_become("true"),
            finding=Dangerous(
                kind=RiskKind.DURABILITY_LOSS,
                reason="a replica that is not in sync may become leader, and records that it lacks are lost; "
                "partitions without a leader get one within 5 minutes",
                measures=frozenset({Measure.LEADERLESS}),
            ),
            source=f"{_DOCUMENTATION}unclean.leader.election.enable",
        ),
        Rule(
            field="config.unclean.leader.election.enable",
            what="turned off",
            when=is_no_longer("true"),
            finding=Harmless("a partition without a replica in sync stays without a leader until one is back"),
            source=f"{_DOCUMENTATION}unclean.leader.election.enable",
        ),
        *(
            Rule(
                field=f"config.{key}",
                what="raised",
                when=is_raised,
                finding=Harmless("records are forced to disk less often; until then only replication keeps them"),
                source=f"{_DOCUMENTATION}{key}",
            )
            for key in ("flush.messages", "flush.ms")
        ),
        Rule(
            field="config.preallocate",
            what="turned on",
            when=becomes("true"),
            finding=Harmless("each new segment takes the disk space of a full one from the start"),
            source=f"{_DOCUMENTATION}preallocate",
        ),
    ),
)
