"""A generated history on a real broker: after each commit the command runs, as a merge job would run it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

from reconciler.sandbox import Sandbox
from tests.history.commits import history
from tests.history.world import World
from tests.oracle.bare import OtherClient
from tests.oracle.expected import Cluster, Expected, expected
from tests.oracle.held import Held
from tests.oracle.state import Manifest, Options

_RECORDS = 5
_MOST_RUNS = 3


def run(
    seed: int, sandbox: Sandbox, *, commits: int, topics: int, tell: Callable[[str], None] = lambda _line: None
) -> Counter[str]:
    """Carry out the history of ``seed``: so many ``commits`` to a manifest of so many ``topics``. Raises Diverged.

    Where a run is refused for lack of consent or by a limit, mostly somebody consents with an option of the next run.
    Returns how many changes were made, and refused for which reason.
    """
    random = Random(seed)  # noqa: S311 - chance is wanted, secrecy is not
    world = World(prefix=f"h{seed}.", random=random)
    client = OtherClient(sandbox.bootstrap_servers)
    cluster: Cluster = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            held = Held(f"seed {seed}", world.prefix, client, sandbox.bootstrap_servers, Path(folder))
            for step, commit in enumerate(history(world, commits, topics=topics)):
                before = held.account.copy()
                commit(world)
                what = f"step {step}, {commit.__name__}"
                cluster = _applied(what, held, world.manifest(), cluster, random)
                cluster = _used(cluster, client, random)
                tell(f"{what}: {len(cluster)} topics, {dict(held.account - before)}")
            return held.account
    finally:
        client.delete(world.prefix)


def _applied(what: str, held: Held, manifest: Manifest, cluster: Cluster, random: Random) -> Cluster:
    """The cluster after the runs that a commit leads to."""
    options = Options(prune=random.random() < 0.8)
    for number in range(_MOST_RUNS):
        wanted = expected(manifest, options, cluster)
        cluster = held.apply(f"{what}, run {number} with {options}", manifest, options, cluster)
        more = _with_what_lacked(options, wanted)
        if more == options or random.random() < 0.2:
            break
        options = more
    return held.nothing_is_left(what, manifest, options, cluster)


def _with_what_lacked(options: Options, wanted: Mapping[str, Expected]) -> Options:
    """``options`` with consent to what was refused for lack of it, and beyond the limits that refused something."""
    whys = [why for each in wanted.values() for why in each.refused.values()]
    kinds = {why.kind for why in whys if why.obstacle == "needs-consent" and why.kind is not None}
    return replace(
        options,
        allow=sorted({*options.allow, *kinds}),
        exceed_limits=options.exceed_limits or any(why.obstacle == "limit" for why in whys),
    )


def _used(cluster: Cluster, client: OtherClient, random: Random) -> Cluster:
    """The cluster after somebody has produced records to a few more topics, and somebody else has read one."""
    filled = random.sample(sorted(cluster), k=min(2, len(cluster)))
    client.fill(dict.fromkeys(filled, _RECORDS))
    client.read_by_groups(filled[:1])
    return {
        name: replace(
            live, records=live.records + _RECORDS * (name in filled), is_read=live.is_read or name in filled[:1]
        )
        for name, live in cluster.items()
    }
