"""Two states drawn from a seed: what a first manifest makes, and what a second one wants of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from tests.oracle.spellings import REFUSED_KEY, Spelt, any_config, any_key, any_value, spelt
from tests.oracle.state import KINDS, Allow, Manifest, Options, Wanted

MOST_PARTITIONS = 5
RECORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two states of topics whose names begin with ``prefix``.

    Between the two, somebody else makes the ``foreign`` topics, ``filled`` ones get records, and ``read`` ones a group.
    """

    seed: int
    first: Manifest
    foreign: Mapping[str, Wanted]
    second: Manifest
    options: Options
    filled: Mapping[str, int] = field(default_factory=dict)
    read: Collection[str] = ()

    @property
    def prefix(self) -> str:
        """What the names of all topics begin with."""
        return prefix_of(self.seed)


def prefix_of(seed: int) -> str:
    """What the names of all topics of a seed begin with."""
    return f"c{seed}."


def draw(seed: int) -> Pair:
    """The pair of a seed, always the same one."""
    random = Random(seed)  # noqa: S311 - chance is wanted, secrecy is not
    prefix = prefix_of(seed)
    number = random.randint(6, 16)
    first = {f"{prefix}t{each:02}": _new(random) for each in range(number)}
    foreign = {f"{prefix}foreign{each}": _new(random) for each in range(random.randint(0, 3))}
    read = [name for name in first if random.random() < 0.2]
    filled = {name: RECORDS for name in first if random.random() < 0.3}
    second = {name: _second(random, wanted) for name, wanted in first.items() if random.random() < 0.9}
    second |= {f"{prefix}new{each}": _new_or_refused(random) for each in range(random.randint(0, 3))}
    options = Options(
        allow=[kind for kind in KINDS if random.random() < 0.2],
        prune=random.random() < 0.4,
        exceed_limits=random.random() < 0.2,
    )
    if random.random() < 0.2:  # many are deleted at once
        second |= {name: Wanted(is_absent=True) for name in first if random.random() < 0.5}
        options = replace(options, allow=sorted({*options.allow, "delete"}))
    return Pair(
        seed=seed,
        first=Manifest(topics=first),
        foreign=foreign,
        filled=filled,
        read=read,
        second=Manifest(
            topics=second,
            scope=f"{prefix}*" if random.random() < 0.6 else None,
            deletes=random.choice([None, None, None, 1, 100]),
            changes=random.choice([None, None, None, 3]),
            keeps_extra_config=random.random() < 0.2,
            warned_only=[kind for kind in KINDS if random.random() < 0.1],
        ),
        options=options,
    )


def _new(random: Random) -> Wanted:
    partitions = random.choice([None, *range(1, MOST_PARTITIONS)])
    return Wanted(partitions=partitions, replication_factor=random.choice([None, 1]), config=any_config(random))


def _new_or_refused(random: Random) -> Wanted:
    wanted = _new(random)
    chance = random.random()
    if chance < 0.2:
        return replace(wanted, config={**wanted.config, REFUSED_KEY: Spelt("'true'", "true")})
    return replace(wanted, is_absent=True) if chance < 0.25 else wanted


def _second(random: Random, wanted: Wanted) -> Wanted:
    """What becomes of a topic: some are left as they are, if spelt in another way."""
    chance = random.random()
    allow = [_consent(random) for _ in range(random.randint(1, 2))] if random.random() < 0.4 else ()
    wanted = replace(wanted, config=_respelt(random, wanted), allow=allow, is_protected=random.random() < 0.1)
    if chance < 0.2:
        return wanted
    if chance < 0.35:
        return replace(wanted, is_absent=True)
    return replace(
        wanted,
        partitions=random.choice([wanted.partitions, None, *range(1, MOST_PARTITIONS + 1)]),
        replication_factor=3 if random.random() < 0.05 else wanted.replication_factor,
        config=_changed(random, wanted),
    )


def _respelt(random: Random, wanted: Wanted) -> Mapping[str, Spelt]:
    return {key: spelt(key, each.value, random) for key, each in wanted.config.items()}


def _changed(random: Random, wanted: Wanted) -> Mapping[str, Spelt]:
    """The config with keys set, changed and removed as often as in a real history: 172, 193 and 40 times."""
    config = dict(wanted.config)
    for _ in range(random.randint(0, 3)):
        what = random.choices(["set", "change", "remove"], weights=[172, 193, 40])[0]
        key = any_key(random) if what == "set" or not config else random.choice(list(config))
        if what == "remove":
            config.pop(key, None)
        else:
            config[key] = any_value(key, random)
    return config


def _consent(random: Random) -> Allow:
    kind = random.choice(KINDS)
    is_over = random.random() < 0.2
    up_to = random.choice([None, None, 0, RECORDS, 100])
    until = "2020-01-31" if is_over else random.choice([None, "2199-12-31"])
    return Allow(kind=kind, up_to=up_to, until=until, is_over=is_over)
