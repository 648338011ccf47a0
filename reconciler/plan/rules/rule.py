"""What a rule is made of: which change it is about, and the verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.model import Measure, Refusal, RefusalKind, RiskKind
from reconciler.plan.rules.change import Change


@dataclass(frozen=True, slots=True)
class Harmless:
    """The change is safe; a reviewer gets the ``note``."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dangerous:
    """The change needs consent of a ``kind``.

    ``reason`` is what a reviewer is told, with what is measured of ``measures``. Where all of the ``decisive`` measures
    are none, the change is safe. Consent of the kinds ``also`` counts, too.
    """

    kind: RiskKind
    reason: str
    measures: frozenset[Measure] = frozenset()
    decisive: frozenset[Measure] = frozenset()
    also: frozenset[RiskKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """Kafka cannot make the change, or the service does not permit it.

    Both texts may have the placeholders ``{key}``, ``{before}``, ``{after}``, and ``{place}`` for the place of
    ``cluster.alterable_config`` in the manifest.
    """

    reason: str
    way_out: str

    def refusal(self, **values: object) -> Refusal:
        """The refusal of a change with these values in the place of the placeholders."""
        reason, way_out = self.reason.format(**values), self.way_out.format(**values)
        return Refusal(kind=RefusalKind.IMPOSSIBLE, reason=reason, way_out=way_out)


Finding = Harmless | Dangerous | Impossible

ANY_CONFIG = "config.*"
"""The field of a rule about any config key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The verdict on a change of ``field``, a field or ``config.*`` for any key, ``when`` something is true of it.

    ``what`` is the change in words, for the documentation: ``lowered``. ``source`` says where the rule comes from.
    ``reads`` are the other config keys whose values ``when`` depends on.
    """

    field: str
    what: str
    when: Callable[[Change], bool]
    finding: Finding
    source: str
    reads: frozenset[str] = frozenset()

    def is_about(self, field: str) -> bool:
        """Whether this rule is about changes of ``field``."""
        return self.field == field or (self.field == ANY_CONFIG and field.startswith("config."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rules that belong together in the documentation, with what they have in common."""

    title: str
    about: str
    rules: Sequence[Rule]
