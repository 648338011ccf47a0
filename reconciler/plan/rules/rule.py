"""What a rule is made of: which change it is about, and the verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.model import Difference, LiveTopic, Measure, RiskKind, TopicSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference with the topic around it.

    ``defaults`` are the values that brokers give by config key where a topic sets nothing, as far as they are known.
    """

    difference: Difference
    desired: TopicSpec
    live: LiveTopic
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def before(self) -> int | str | None:
        """The live value, inherited or set; ``None`` where it is not known."""
        if self.difference.before is None and self.difference.config_key is not None:
            return self.value_before(self.difference.config_key)
        return self.difference.before

    @property
    def after(self) -> int | str | None:
        """The value that the change leads to, also where it resets an override; ``None`` where it is not known."""
        if self.difference.after is None and self.difference.config_key is not None:
            return self.defaults.get(self.difference.config_key)
        return self.difference.after

    def value_before(self, key: str) -> str | None:
        """The effective value of the config ``key`` on the cluster; ``None`` where it is not known."""
        override = self.live.overrides.get(key)
        return override if override is not None else self.live.inherited.get(key, self.defaults.get(key))

    def value_after(self, key: str) -> str | None:
        """The effective value of the config ``key`` once all of the manifest is applied; ``None`` if not known."""
        wanted = self.desired.config.get(key)
        if wanted is not None:
            return wanted
        return self.defaults.get(key, self.live.inherited.get(key))


@dataclass(frozen=True, slots=True)
class Harmless:
    """The change is safe; a reviewer gets the ``note``."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dangerous:
    """The change needs consent of a ``kind``.

    ``reason`` is what a reviewer is told, with what is measured of ``measures``; it may have the placeholders
    ``{before}`` and ``{after}``. Where all of the ``decisive`` measures are none, the change is safe.
    """

    kind: RiskKind
    reason: str
    measures: frozenset[Measure] = frozenset()
    decisive: frozenset[Measure] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """Kafka cannot make the change; both texts may have the placeholders ``{before}`` and ``{after}``."""

    reason: str
    way_out: str


Finding = Harmless | Dangerous | Impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The verdict on a change of ``field``, a field or ``config.*`` for any key, ``when`` something is true of it.

    ``what`` is the change in words, for the documentation: ``lowered``. ``source`` says where the rule comes from.
    """

    field: str
    what: str
    when: Callable[[Change], bool]
    finding: Finding
    source: str

    def applies_to(self, change: Change) -> bool:
        """Whether this rule is about ``change``."""
        field = change.difference.field
        is_field = self.field == field or (self.field == "config.*" and field.startswith("config."))
        return is_field and self.when(change)


def always(_change: Change) -> bool:
    """Any change of the field."""
    return True
