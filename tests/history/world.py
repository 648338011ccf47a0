"""What the manifest of a company wants at one time, and how its topics are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.oracle.spellings import any_config
from tests.oracle.state import Manifest, Wanted

_WORDS = ("orders", "payment", "user", "Invoice", "events", "audit", "stock", "GeoPosition", "mail", "session", "dlq")
_PREFIXES = ("", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "dev.", "from-prod.")
_MOST_PARTITIONS = 4


@dataclass(slots=True, kw_only=True)
class World:
    """The topics that the manifest wants, and a number for the next name; all names begin with ``prefix``."""

    prefix: str
    random: Random
    wanted: dict[str, Wanted] = field(default_factory=dict)
    named: int = 0

    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        return Manifest(topics=dict(sorted(self.wanted.items())), scope=f"{self.prefix}*")

    def new_name(self) -> str:
        """A name that no topic had; names mix separators, one in seven has capitals."""
        self.named += 1
        random = self.random
        words = random.choices(_WORDS, k=random.randint(1, 3))
        separator = random.choice([".", ".", "-", "-", "_"])
        return f"{self.prefix}{random.choice(_PREFIXES)}{separator.join(words)}-{self.named}"

    def new_topic(self) -> Wanted:
        """A topic as it is first written."""
        partitions = self.random.choice([None, 1, 1, *range(1, _MOST_PARTITIONS + 1)])
        return Wanted(partitions=partitions, config=any_config(self.random))

    def some(self, number: int) -> Mapping[str, Wanted]:
        """At most so many topics of the manifest."""
        chosen = self.random.sample(sorted(self.wanted), k=min(number, len(self.wanted)))
        return {name: self.wanted[name] for name in chosen}

    def present(self) -> Iterator[str]:
        """The topics that the manifest does not want to be absent."""
        return (name for name, topic in sorted(self.wanted.items()) if not topic.is_absent)

    def remove(self, names: Iterable[str]) -> None:
        """Take topics out of the manifest."""
        for name in names:
            del self.wanted[name]
