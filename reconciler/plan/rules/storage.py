"""Rules about where records are stored: segments, tiered storage, diskless topics."""

from __future__ import annotations

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.rule import Dangerous, Harmless, Impossible, Rule, Section
from reconciler.plan.rules.values import always, becomes, both, is_lowered, is_no_longer, is_raised, may_no_longer_be

_DOCUMENTATION = "https://kafka.apache.org/documentation/#topicconfigs_"
_DELETES_REMOTE = "remote.log.delete.on.disable"
_TIERED = "config.remote.storage.enable"

SEGMENTS = Section(
    title="Segments",
    about="Retention and compaction handle whole segments, so their size is how exactly limits are kept.",
    rules=(
        *(
            Rule(
                field=f"config.{key}",
                what="lowered",
                when=is_lowered,
                finding=Harmless(
                    "more and smaller segments: each takes 2 memory maps of its brokers (vm.max_map_count)"
                ),
                source=f"{_DOCUMENTATION}{key}",
            )
            for key in ("segment.bytes", "segment.ms", "segment.index.bytes")
        ),
        *(
            Rule(
                field=f"config.{key}",
                what="raised",
                when=is_raised,
                finding=Harmless("larger segments: records stay longer than their retention, and are compacted later"),
                source=f"{_DOCUMENTATION}{key}",
            )
            for key in ("segment.bytes", "segment.ms")
        ),
    ),
)


def _deletes_remote_records(change: Change) -> bool:
    return change.value_after(_DELETES_REMOTE) == "true"


_TURNED_OFF = (
    Rule(
        field=_TIERED,
        what=f"turned off, with `{_DELETES_REMOTE}: true`",
        when=both(may_no_longer_be("true"), _deletes_remote_records),
        finding=Dangerous(
            kind=RiskKind.DATA_LOSS,
            reason="deletes all records that are in remote storage; only those on the disks of brokers stay",
            measures=frozenset({Measure.ALL_RECORDS, Measure.READERS}),
            decisive=frozenset({Measure.ALL_RECORDS}),
        ),
        source="KIP-950",
        reads=frozenset({_DELETES_REMOTE}),
    ),
    Rule(
        field=_TIERED,
        what=f"turned off, without `{_DELETES_REMOTE}: true`",
        when=is_no_longer("true"),
        finding=Impossible(
            reason="Kafka does not turn tiered storage off while it keeps the records in remote storage",
            way_out=f"to keep them, write remote.storage.enable: true and remote.log.copy.disable: true, "
            f"with local.retention.ms and local.retention.bytes at -2; "
            f"to delete them, write remote.storage.enable: false and {_DELETES_REMOTE}: true",
        ),
        source="KIP-950",
        reads=frozenset({_DELETES_REMOTE}),
    ),
)

TIERED = Section(
    title="Tiered storage and diskless topics",
    about="`remote.storage.enable` and `diskless.enable` are never reset by `extra_config: reset`.",
    rules=(
        *_TURNED_OFF,
        Rule(
            field=_TIERED,
            what="turned on",
            when=becomes("true"),
            finding=Harmless(
                "segments are copied to remote storage, and their local copies deleted after local.retention.*; "
                f"turning it off again needs {_DELETES_REMOTE}: true, which deletes what is there"
            ),
            source="KIP-405",
        ),
        Rule(
            field=f"config.{_DELETES_REMOTE}",
            what="turned on",
            when=becomes("true"),
            finding=Harmless(
                "no effect until remote.storage.enable is turned off; then the remote records are deleted"
            ),
            source="KIP-950",
        ),
        Rule(
            field="config.remote.log.copy.disable",
            what="turned on",
            when=becomes("true"),
            finding=Harmless(
                "no more segments are copied to remote storage; what is there can be read until its retention, "
                "and new records stay on the disks of brokers for all of theirs"
            ),
            source="KIP-950",
        ),
        *(
            Rule(
                field=f"config.local.retention.{end}",
                what="changed",
                when=always,
                finding=Harmless(
                    "no record is lost: only segments that are in remote storage are deleted from the disks of "
                    "brokers; reading them from there is slower"
                ),
                source="KIP-405",
            )
            for end in ("ms", "bytes")
        ),
        Rule(
            field="config.diskless.enable",
            what="turned off",
            when=is_no_longer("true"),
            finding=Impossible(
                reason="a topic cannot stop being diskless",
                way_out="write diskless.enable: true to accept what is there, "
                "or create a topic under a new name and move the records",
            ),
            source="https://github.com/aiven/inkless",
        ),
        Rule(
            field="config.diskless.enable",
            what="turned on",
            when=becomes("true"),
            finding=Harmless("this cannot be undone: a topic cannot stop being diskless"),
            source="https://github.com/aiven/inkless",
        ),
    ),
)
