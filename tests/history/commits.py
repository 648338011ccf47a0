"""Commits to a manifest, each kind as often as in the history of one company's clusters over three years.

There were 625: 2,426 creates, 1,639 deletes, 375 changed topics (config set 172, changed 193, removed 40 times;
partitions raised 22 times, lowered 13 times), and 303 renames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.history.world import World
from tests.oracle.spellings import any_key, any_value, spelt
from tests.oracle.state import Allow

Commit = Callable[[World], None]

_SHARE_OF_A_MASS_RENAME = 0.9
_RAISED, _CAPPED = 51, 76
_FEWEST = 20


def create(world: World) -> None:
    """A few new topics."""
    for _ in range(world.random.randint(1, 8)):
        world.wanted[world.new_name()] = world.new_topic()


def delete(world: World) -> None:
    """A few topics are taken out, or marked as absent."""
    if len(world.wanted) < _FEWEST:
        create(world)
    for name, topic in world.some(world.random.randint(1, 5)).items():
        if topic.is_absent or world.random.random() < 0.5:
            world.remove([name])
        else:
            world.wanted[name] = replace(topic, is_absent=True)


def change_config(world: World) -> None:
    """Keys are set, changed and removed on a few topics."""
    for name, topic in world.some(world.random.randint(1, 3)).items():
        config = dict(topic.config)
        what = world.random.choices(["set", "change", "remove"], weights=[172, 193, 40])[0]
        key = any_key(world.random) if what == "set" or not config else world.random.choice(sorted(config))
        if what == "remove":
            config.pop(key, None)
        else:
            config[key] = any_value(key, world.random)
        world.wanted[name] = replace(topic, config=config)


def raise_partitions(world: World) -> None:
    """More partitions for one topic."""
    for name, topic in world.some(1).items():
        world.wanted[name] = replace(topic, partitions=(topic.partitions or 1) + world.random.randint(1, 3))


def lower_partitions(world: World) -> None:
    """Fewer partitions for one topic, which cannot be."""
    for name, topic in world.some(len(world.wanted)).items():
        if topic.partitions is not None and topic.partitions > 1:
            world.wanted[name] = replace(topic, partitions=topic.partitions - 1)
            return


def rename(world: World) -> None:
    """A few topics get other names."""
    _rename(world, world.random.randint(1, 3))


def rename_nearly_all(world: World) -> None:
    """One commit renamed 271 topics."""
    _rename(world, int(len(world.wanted) * _SHARE_OF_A_MASS_RENAME))


def delete_nearly_all(world: World) -> None:
    """One commit deleted 281 topics and left none; here some are left, since an empty manifest deletes nothing."""
    world.remove(world.some(len(world.wanted) - _FEWEST // 2))


def raise_message_size(world: World) -> None:
    """One commit raised max.message.bytes on 51 topics."""
    _set_message_size(world, "15000000", _RAISED)


def cap_message_size(world: World) -> None:
    """A later one capped it on 76."""
    _set_message_size(world, "1000012", _CAPPED)


def protect_or_consent(world: World) -> None:
    """People protect topics, and write consents into Git."""
    for name, topic in world.some(3).items():
        kind = world.random.choice(["delete", "data-loss", "durability-loss", "availability-loss"])
        allow = [Allow(kind=kind, up_to=world.random.choice([None, 0, 100]))]
        world.wanted[name] = replace(topic, allow=allow, is_protected=world.random.random() < 0.3)


def respell(world: World) -> None:
    """Nothing but the spelling changes, as a formatter does."""
    for name, topic in world.some(len(world.wanted)).items():
        config = {key: spelt(key, each.value, world.random) for key, each in topic.config.items()}
        world.wanted[name] = replace(topic, config=config)


_USUAL: dict[Commit, int] = {
    create: 250,
    delete: 150,
    change_config: 160,
    raise_partitions: 22,
    lower_partitions: 13,
    rename: 15,
    protect_or_consent: 30,
    respell: 5,
}


def history(world: World, number: int, *, topics: int) -> Iterator[Commit]:
    """A manifest with so many ``topics``, then a ``number`` of commits, the rare large ones at their share of it."""

    def begin(world: World) -> None:
        """The first manifest."""
        while len(world.wanted) < topics:
            create(world)

    yield begin
    rare = [raise_message_size, cap_message_size, rename_nearly_all, delete_nearly_all, begin]
    places = {(number * place) // (len(rare) + 1): commit for place, commit in enumerate(rare, start=1)}
    for step in range(number):
        usual = world.random.choices(list(_USUAL), weights=list(_USUAL.values()))[0]
        yield places.get(step, usual)


def _rename(world: World, number: int) -> None:
    for name, topic in world.some(number).items():
        world.remove([name])
        world.wanted[world.new_name()] = topic


def _set_message_size(world: World, value: str, number: int) -> None:
    for name, topic in world.some(number).items():
        size = spelt("max.message.bytes", value, world.random)
        world.wanted[name] = replace(topic, config={**topic.config, "max.message.bytes": size})
