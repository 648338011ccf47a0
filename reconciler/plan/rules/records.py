"""Rules about what happens to stored records: retention and cleanup."""

from __future__ import annotations

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.rule import Dangerous, Harmless, Rule, Section
from reconciler.plan.rules.values import (
    Condition,
    both,
    is_raised,
    is_unlimited,
    items,
    may_be_lowered,
    may_have,
)

_OLD, _LARGE, _READERS = Measure.OLD_RECORDS, Measure.LARGE_PARTITIONS, Measure.READERS
_POLICY = "cleanup.policy"
_LIMITS = ("retention.ms", "retention.bytes")
_DOCUMENTATION = "https://kafka.apache.org/documentation/#topicconfigs_"


def _not(condition: Condition) -> Condition:
    return lambda change: not condition(change)


def _may_gain(item: str) -> Condition:
    """Whether ``item`` may come into the list that changes, before or after which may not be known."""

    def may_gain(change: Change) -> bool:
        before, after = change.before, change.after
        return (before is None or item not in items(before)) and (after is None or item in items(after))

    return may_gain


def _loses(item: str) -> Condition:
    def loses(change: Change) -> bool:
        before, after = change.before, change.after
        return before is not None and item in items(before) and after is not None and item not in items(after)

    return loses


_has_no_delete = _not(may_have(_POLICY, "delete"))
_may_compact = may_have(_POLICY, "compact")


def _retention(key: str, measured: Measure, reason: str) -> tuple[Rule, Rule]:
    return (
        Rule(
            field=f"config.{key}",
            what="changed, where `cleanup.policy` does not have `delete`",
            when=_has_no_delete,
            finding=Harmless(f"no effect: {key} counts only where cleanup.policy has delete"),
            source=f"{_DOCUMENTATION}cleanup.policy",
            reads=frozenset({_POLICY}),
        ),
        Rule(
            field=f"config.{key}",
            what="lowered",
            when=may_be_lowered,
            finding=Dangerous(
                kind=RiskKind.DATA_LOSS,
                reason=reason,
                measures=frozenset({measured, _READERS}),
                decisive=frozenset({measured}),
            ),
            source=f"{_DOCUMENTATION}{key}",
        ),
    )


RETENTION = Section(
    title="Retention",
    about="A limit of -1 means no limit, so setting one lowers it. Kafka deletes whole segments, the oldest first.",
    rules=(
        *_retention("retention.ms", _OLD, "deletes records that are older than the new limit"),
        *_retention("retention.bytes", _LARGE, "deletes the oldest records of partitions larger than the new limit"),
    ),
)


def _delete_added(what: str, when: Condition, *measured: Measure) -> Rule:
    return Rule(
        field=f"config.{_POLICY}",
        what=f"`delete` added, {what}",
        when=both(_may_gain("delete"), when),
        finding=Dangerous(
            kind=RiskKind.DATA_LOSS,
            reason="deletes records beyond retention.ms and retention.bytes, also the last record of a key",
            measures=frozenset({*measured, _READERS}),
            decisive=frozenset(measured),
        ),
        source="https://kafka.apache.org/documentation/#compaction",
        reads=frozenset(_LIMITS),
    )


_no_age_limit, _no_size_limit = (is_unlimited(key) for key in _LIMITS)

CLEANUP = Section(
    title="Cleanup policy and compaction",
    about="Some services change `delete` to `compact,delete` only in two steps: first to `compact`, then to both.",
    rules=(
        Rule(
            field=f"config.{_POLICY}",
            what="`compact` added",
            when=_may_gain("compact"),
            finding=Dangerous(
                kind=RiskKind.DATA_LOSS,
                reason="compaction removes records without a key, and all but the last record of each key; "
                "producers that write records without a key fail",
                measures=frozenset({Measure.ALL_RECORDS, _READERS}),
                decisive=frozenset({Measure.ALL_RECORDS}),
            ),
            source="https://kafka.apache.org/documentation/#compaction",
        ),
        Rule(
            field=f"config.{_POLICY}",
            what="`delete` added, without a limit (`retention.ms` and `retention.bytes` are -1)",
            when=both(_may_gain("delete"), _no_age_limit, _no_size_limit),
            finding=Harmless("deletes nothing: retention.ms and retention.bytes are -1, without limit"),
            source="https://kafka.apache.org/documentation/#compaction",
            reads=frozenset(_LIMITS),
        ),
        _delete_added("with `retention.ms`", _no_size_limit, _OLD),
        _delete_added("with `retention.bytes`", _no_age_limit, _LARGE),
        _delete_added(
            "with both, or with limits that are not known", _not(both(_no_age_limit, _no_size_limit)), _OLD, _LARGE
        ),
        Rule(
            field=f"config.{_POLICY}",
            what="`delete` removed",
            when=_loses("delete"),
            finding=Harmless("records are no longer deleted by age or size, so the topic can grow without limit"),
            source=f"{_DOCUMENTATION}{_POLICY}",
        ),
        Rule(
            field=f"config.{_POLICY}",
            what="`compact` removed",
            when=_loses("compact"),
            finding=Harmless("older records of a key are no longer removed by compaction, so the topic can grow"),
            source=f"{_DOCUMENTATION}{_POLICY}",
        ),
        Rule(
            field="config.delete.retention.ms",
            what="lowered, where `cleanup.policy` has `compact`",
            when=both(may_be_lowered, _may_compact),
            finding=Dangerous(
                kind=RiskKind.DATA_LOSS,
                reason="delete markers go sooner: a reader from the start that takes longer than this "
                "misses them, and keeps deleted keys",
                measures=frozenset({_READERS}),
                decisive=frozenset({_READERS}),
            ),
            source=f"{_DOCUMENTATION}delete.retention.ms",
            reads=frozenset({_POLICY}),
        ),
        Rule(
            field="config.min.compaction.lag.ms",
            what="lowered, where `cleanup.policy` has `compact`",
            when=both(may_be_lowered, _may_compact),
            finding=Dangerous(
                kind=RiskKind.DATA_LOSS,
                reason="older records of a key may go sooner: a reader that lags by more than this misses them",
                measures=frozenset({_READERS}),
                decisive=frozenset({_READERS}),
            ),
            source=f"{_DOCUMENTATION}min.compaction.lag.ms",
            reads=frozenset({_POLICY}),
        ),
        Rule(
            field="config.max.compaction.lag.ms",
            what="raised, where `cleanup.policy` has `compact`",
            when=both(is_raised, _may_compact),
            finding=Harmless("older records of a key, and deleted keys, may stay for longer"),
            source="KIP-354",
            reads=frozenset({_POLICY}),
        ),
    ),
)
