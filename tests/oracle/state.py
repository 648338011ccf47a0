"""Topics as they are on a cluster and as a manifest wants them, and the manifest as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.oracle.spellings import Spelt


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A topic on a cluster of one broker. All of its ``records`` are ``AGE_MS`` old."""

    partitions: int
    overrides: Mapping[str, str] = field(default_factory=dict)
    records: int = 0
    is_read: bool = False
    """A group has committed an offset of it."""


KINDS = ("data-loss", "delete", "partition-increase", "durability-loss", "availability-loss")
"""Kinds of consent that changes of topics on one broker may need."""
AGE_MS = 7_200_000
"""The age of all records in milliseconds: far from every retention in ``spellings``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """A consent in the manifest."""

    kind: str
    up_to: int | None = None
    until: str | None = None
    is_over: bool = False
    """``until`` is in the past."""

    def covers(self, kind: str, records: int | None) -> bool:
        """Whether it is consent to a risk of ``kind`` that removes ``records``, ``None`` where nobody can tell."""
        is_within = self.up_to is None or (records is not None and records <= self.up_to)
        return self.kind == kind and not self.is_over and is_within

    @property
    def text(self) -> str:
        """The consent in YAML."""
        if self.up_to is None and self.until is None:
            return self.kind
        more = {"up_to": self.up_to, "until": self.until}
        return (
            f"{{kind: {self.kind}{''.join(f', {key}: {value}' for key, value in more.items() if value is not None)}}}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A topic of a manifest."""

    partitions: int | None = None
    replication_factor: int | None = None
    config: Mapping[str, Spelt] = field(default_factory=dict)
    allow: Sequence[Allow] = ()
    is_protected: bool = False
    is_absent: bool = False

    @property
    def values(self) -> Mapping[str, str]:
        """The config as the broker describes it."""
        return {key: spelt.value for key, spelt in self.config.items()}

    def lines(self) -> Iterator[str]:
        """The topic in YAML."""
        if self.partitions is not None:
            yield f"partitions: {self.partitions}"
        if self.replication_factor is not None:
            yield f"replication_factor: {self.replication_factor}"
        if self.is_absent:
            yield "state: absent"
        if self.is_protected:
            yield "protected: true"
        if self.allow:
            yield f"allow: [{', '.join(each.text for each in self.allow)}]"
        if self.config:
            yield "config:"
        for key, spelt in self.config.items():
            yield f"  {key}: {spelt.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest; ``scope`` is a glob.

    ``deletes`` and ``changes`` are limits, numbers of topics; ``warned_only`` are kinds of risk that need no consent.
    """

    topics: Mapping[str, Wanted]
    scope: str | None = None
    deletes: int | None = None
    changes: int | None = None
    keeps_extra_config: bool = False
    warned_only: Sequence[str] = ()

    def text(self) -> str:
        """The manifest in YAML."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "version: 1"
        if self.scope is not None:
            yield f"scope: {{include: ['{self.scope}']}}"
        policy = [*self._policy()]
        if policy:
            yield "policy:"
            yield from (f"  {line}" for line in policy)
        yield "topics:"
        for name, topic in self.topics.items():
            lines = list(topic.lines())
            yield f"  {name}:" if lines else f"  {name}: {{}}"
            yield from (f"    {line}" for line in lines)

    def _policy(self) -> Iterator[str]:
        limits = {"deletes": self.deletes, "changes": self.changes}
        written = ", ".join(f"{kind}: {number}" for kind, number in limits.items() if number is not None)
        if written:
            yield f"limits: {{{written}}}"
        if self.keeps_extra_config:
            yield "extra_config: keep"
        if self.warned_only:
            yield f"risks: {{{', '.join(f'{kind}: warn' for kind in self.warned_only)}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a run."""

    allow: Sequence[str] = ()
    prune: bool = False
    exceed_limits: bool = False

    def arguments(self) -> Sequence[str]:
        """The options on a command line."""
        allowed = [word for kind in self.allow for word in ("--allow", kind)]
        flags = {"--prune": self.prune, "--exceed-limits": self.exceed_limits}
        return [*allowed, *(flag for flag, is_given in flags.items() if is_given)]
