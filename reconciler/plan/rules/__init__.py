"""The rules that judge differences: what is safe, what needs consent, what is impossible.

``table`` has them all; ``docs/risks.md`` is made from it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from reconciler.model import Decision, FieldChange, Refused, Risk, Risky, Safe
from reconciler.plan.rules.change import Change
from reconciler.plan.rules.rule import Dangerous, Finding, Harmless, Impossible, Rule
from reconciler.plan.rules.table import NOT_ALTERABLE, RULES, SECTIONS

__all__ = ["NOT_ALTERABLE", "RULES", "SECTIONS", "Change", "Rule", "judged", "keys_to_know", "rule_for"]


def rule_for(change: Change, refused: Collection[str] = ()) -> Rule | None:
    """The rule that decides on ``change``: the first that applies; ``None`` where none does, so it is harmless.

    The other changes of the topic count as made where they are safe, but for those of the config keys ``refused``.
    """
    made = frozenset(
        key for key in _read_for(change.difference.field) if key not in refused and _is_safe(change.of(key))
    )
    return _first(replace(change, made=made) if made else change)


def judged(change: Change, refused: Collection[str] = ()) -> FieldChange:
    """The difference of ``change`` with the decision about it; ``refused`` as for ``rule_for``."""
    difference = change.difference
    rule = rule_for(change, refused)
    return FieldChange(
        field=difference.field,
        before=difference.before,
        after=difference.after,
        origin=difference.origin,
        decision=_decision(rule.finding if rule is not None else Harmless(), change),
    )


def keys_to_know(change: Change) -> frozenset[str]:
    """The config keys on whose values the verdict depends, and whose values before or after are not known.

    With what brokers give for them, as ``Change.defaults``, the change can be judged again.
    """
    unknown = {key for key in _read_for(change.difference.field) if None in change.values(key)}
    is_open = change.key is not None and (change.before is None or change.after is None)
    return frozenset(unknown | {change.key} if change.key is not None and is_open else unknown)


@lru_cache(maxsize=1024)
def _rules_about(field: str) -> Sequence[Rule]:
    """The rules about ``field``, looked for once: ten thousand topics change in few fields."""
    return tuple(rule for rule in RULES if rule.is_about(field))


@lru_cache(maxsize=1024)
def _read_for(field: str) -> frozenset[str]:
    """The other config keys on which the verdict on a change of ``field`` may depend."""
    return frozenset(key for rule in _rules_about(field) for key in rule.reads)


def _is_safe(change: Change) -> bool:
    rule = _first(change)
    return rule is None or isinstance(rule.finding, Harmless)


def _first(change: Change) -> Rule | None:
    return next((rule for rule in _rules_about(change.difference.field) if rule.when(change)), None)


def _decision(finding: Finding, change: Change) -> Decision:
    match finding:
        case Harmless(note):
            return Safe(note)
        case Dangerous():
            return Risky(
                Risk(
                    kind=finding.kind,
                    reason=finding.reason,
                    measures=finding.measures,
                    decisive=finding.decisive,
                    also=finding.also,
                )
            )
        case Impossible():
            place = change.policy.service.alterable_origin
            return Refused(finding.refusal(key=change.key, before=change.before, after=change.after, place=place))
        case _:
            assert_never(finding)
