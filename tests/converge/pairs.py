"""One pair of states on a real broker: apply the first, then the second, plan, apply again, then undo the second."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.converge.states import Pair, draw
from tests.oracle.bare import OtherClient
from tests.oracle.expected import Cluster
from tests.oracle.held import Held
from tests.oracle.state import Live, Options


def run(seed: int, sandbox: Sandbox) -> Counter[str]:
    """Carry out the pair of ``seed``; its topics are gone afterwards. Raises Diverged.

    Returns how many changes were made, and refused for which reason.
    """
    pair = draw(seed)
    client = OtherClient(sandbox.bootstrap_servers)
    try:
        with tempfile.TemporaryDirectory() as folder:
            held = Held(f"seed {seed}", pair.prefix, client, sandbox.bootstrap_servers, Path(folder))
            made = held.apply("first apply", pair.first, Options(), {})
            client.create(pair.foreign)
            client.fill(pair.filled)
            client.read_by_groups(pair.read)
            foreign = {
                name: Live(partitions=wanted.partitions or 1, overrides=wanted.values)
                for name, wanted in pair.foreign.items()
            }
            before, since = _used({**made, **foreign}, pair), held.mark()
            left = held.apply("second apply", pair.second, pair.options, before)
            held.nothing_is_left("second apply", pair.second, pair.options, left)
            held.undo("undo", pair.second, since, before)
            return held.account
    finally:
        client.delete(pair.prefix)


def _used(cluster: Cluster, pair: Pair) -> Cluster:
    return {
        name: replace(live, records=pair.filled.get(name, 0), is_read=name in pair.read)
        for name, live in cluster.items()
    }
