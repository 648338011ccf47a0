"""A change to be judged: a difference with the topic around it, and the values before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model import Difference, LiveTopic, Policy, TopicSpec
from reconciler.plan.diff import is_left_alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference with the topic around it.

    ``defaults`` are the values that brokers give by config key where a topic sets nothing, as far as they are known.
    ``made`` are the config keys whose changes are certain to be made together with this one.
    """

    difference: Difference
    desired: TopicSpec
    live: LiveTopic
    policy: Policy = field(default_factory=Policy)
    defaults: Mapping[str, str] = field(default_factory=dict)
    made: frozenset[str] = frozenset()

    @property
    def key(self) -> str | None:
        """The config key that changes; ``None`` for a count or the state."""
        return self.difference.config_key

    @property
    def before(self) -> int | str | None:
        """The live value, inherited or set; ``None`` where it is not known."""
        if self.difference.before is None and self.key is not None:
            return self.value_before(self.key)
        return self.difference.before

    @property
    def after(self) -> int | str | None:
        """The value that the change leads to, also where it resets an override; ``None`` where it is not known."""
        if self.difference.after is None and self.key is not None:
            return self._inherited(self.key)
        return self.difference.after

    def value_before(self, key: str) -> str | None:
        """The effective value of the config ``key`` on the cluster; ``None`` where it is not known."""
        if key in self.live.overrides:
            return self.live.overrides[key]
        return self._inherited(key)

    def value_after(self, key: str) -> str | None:
        """The effective value of the config ``key`` once all of the manifest is applied; ``None`` if not known."""
        wanted = self.desired.config.get(key)
        if wanted is not None:
            return wanted
        stays = not self.desired.names(key) and is_left_alone(key, self.live, self.policy)
        return self.value_before(key) if stays else self._inherited(key)

    def values(self, key: str) -> Collection[str | None]:
        """The values that another config ``key`` may have once this change is made, ``None`` for one not known.

        Where its own change may be refused, that is also the value that it has now.
        """
        after = self.value_after(key)
        return {after} if key in self.made else {self.value_before(key), after}

    def of(self, key: str) -> Change:
        """The change of another config ``key`` of the same topic."""
        difference = Difference(field=f"config.{key}", before=self.value_before(key), after=self.value_after(key))
        return replace(self, difference=difference, made=frozenset())

    def _inherited(self, key: str) -> str | None:
        if key in self.live.disputed:
            return None
        return self.live.inherited.get(key, self.defaults.get(key))
