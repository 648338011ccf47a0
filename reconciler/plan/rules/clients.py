"""Rules about what producers and consumers may write and read: sizes, timestamps, formats."""

from __future__ import annotations

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.rule import Dangerous, Harmless, Rule, Section
from reconciler.plan.rules.values import (
    always,
    becomes,
    both,
    is_lowered,
    is_raised,
    may_be_lowered,
)

_DOCUMENTATION = "https://kafka.apache.org/documentation/#topicconfigs_"
_OLD_DOCUMENTATION = "https://kafka.apache.org/39/documentation.html#topicconfigs_"
_TYPE = "message.timestamp.type"


def _producers_may_set_timestamps(change: Change) -> bool:
    return any(value != "LogAppendTime" for value in change.values(_TYPE))


def _timestamps(key: str, documentation: str) -> Rule:
    return Rule(
        field=f"config.{key}",
        what=f"lowered, where `{_TYPE}` is `CreateTime`",
        when=both(may_be_lowered, _producers_may_set_timestamps),
        finding=Dangerous(
            kind=RiskKind.AVAILABILITY_LOSS,
            reason="brokers reject records whose timestamps are further from the present: "
            "producers with such records, replays and mirroring fail",
        ),
        source=f"{documentation}{key}",
        reads=frozenset({_TYPE}),
    )


def _sizes() -> tuple[Rule, ...]:
    return (
        Rule(
            field="config.max.message.bytes",
            what="lowered",
            when=is_lowered,
            finding=Harmless("producers that send larger batches fail from then"),
            source=f"{_DOCUMENTATION}max.message.bytes",
        ),
        Rule(
            field="config.max.message.bytes",
            what="raised",
            when=is_raised,
            finding=Harmless("max.request.size of producers, by default 1 MiB, limits them, too"),
            source="KIP-74",
        ),
        Rule(
            field="config.max.decompressed.message.bytes",
            what="lowered",
            when=may_be_lowered,
            finding=Dangerous(
                kind=RiskKind.AVAILABILITY_LOSS,
                reason="where stored records are larger, compaction and searches by timestamp fail "
                "until the limit is raised again; their sizes cannot be measured",
            ),
            source=f"{_DOCUMENTATION}max.decompressed.message.bytes",
        ),
    )


CLIENTS = Section(
    title="Limits and formats for clients",
    about="",
    rules=(
        *_sizes(),
        _timestamps("message.timestamp.before.max.ms", _DOCUMENTATION),
        _timestamps("message.timestamp.after.max.ms", _DOCUMENTATION),
        _timestamps("message.timestamp.difference.max.ms", _OLD_DOCUMENTATION),
        Rule(
            field=f"config.{_TYPE}",
            what="to `LogAppendTime`",
            when=becomes("logappendtime"),
            finding=Harmless("brokers replace the timestamps of new records with the time of their arrival"),
            source="KIP-32",
        ),
        Rule(
            field=f"config.{_TYPE}",
            what="to `CreateTime`",
            when=becomes("createtime"),
            finding=Harmless(
                "new records have the timestamps of their producers: retention counts with them, and brokers "
                "reject those outside message.timestamp.before.max.ms and message.timestamp.after.max.ms"
            ),
            source="KIP-32",
        ),
        Rule(
            field="config.compression.type",
            what="to a codec, or to `uncompressed`",
            when=lambda change: change.after != "producer",
            finding=Harmless("brokers recompress batches in another codec; stored records keep theirs"),
            source=f"{_DOCUMENTATION}compression.type",
        ),
        Rule(
            field="config.message.downconversion.enable",
            what="turned off",
            when=becomes("false"),
            finding=Dangerous(
                kind=RiskKind.AVAILABILITY_LOSS,
                reason="consumers older than Kafka 0.11 cannot read the topic any more",
                measures=frozenset({Measure.READERS}),
                decisive=frozenset({Measure.READERS}),
            ),
            source=f"{_OLD_DOCUMENTATION}message.downconversion.enable",
        ),
        Rule(
            field="config.message.format.version",
            what="changed",
            when=always,
            finding=Harmless("no effect since Kafka 3.0"),
            source="KIP-724",
        ),
    ),
)
