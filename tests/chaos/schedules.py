"""One schedule: an apply on a real cluster while connections to it are cut, delayed and frozen."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.kafka_nodes import free_ports
from tests.chaos.bare import BareCluster
from tests.chaos.command import Reconciler
from tests.chaos.invariants import Cluster, Done, InvariantBroken, after_apply, after_calm_apply, after_calm_plan
from tests.chaos.proxy import ChaosProxy, Kind
from tests.chaos.scenarios import draw
from tests.wire.proxy import serving

SETTLE_SECONDS = 10.0
"""Seconds in which the cluster has to show what a report says: another broker than the one asked may lag behind."""

HASTY = ("--timeout", "5", "--retries", "5", "--retry-delay", "0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a schedule went: what was done to connections, and how the disturbed apply ended."""

    struck: Counter[Kind]
    disturbed: Done

    @property
    def writes_were_hit(self) -> bool:
        """Whether some answer to a write of the disturbed apply was an error."""
        return any(attempt["error"] for topic in self.disturbed.report["topics"] for attempt in topic["attempts"])


@contextmanager
def cluster() -> Iterator[Sandbox]:
    """Three brokers that send their clients to proxies, which each schedule starts."""
    with start(brokers=3, advertised_ports=free_ports(3)) as sandbox:
        yield sandbox


def run(seed: int, sandbox: Sandbox) -> Course:
    """Carry out the schedule of ``seed``; its topics are gone afterwards. Raises InvariantBroken."""
    scenario = draw(seed)
    bare = BareCluster(sandbox.direct_servers)

    def hold(what: str, wrong: Callable[[Cluster], list[str]]) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while found := wrong(bare.read(scenario.prefix)):
            if time.monotonic() > deadline:
                raise InvariantBroken(seed, what, found)

    bare.create(scenario.start)
    try:
        with tempfile.TemporaryDirectory() as folder, _proxies(sandbox, seed) as proxies:
            reconciler = Reconciler(scenario=scenario, servers=sandbox.bootstrap_servers, folder=Path(folder))
            disturbed = reconciler("apply", "apply", "--yes", *HASTY)
            for proxy in proxies:
                proxy.calm()
            hold("apply", lambda live: after_apply(scenario, disturbed, live))
            calm = reconciler("second apply", "apply", "--yes")
            hold("second apply", lambda live: after_calm_apply(scenario, calm, live))
            plan = reconciler("plan", "plan")
            hold("plan", lambda _live: after_calm_plan(scenario, plan))
    finally:
        bare.delete(scenario.prefix)
    struck = sum((proxy.struck for proxy in proxies), Counter[Kind]())
    return Course(struck=struck, disturbed=disturbed)


@contextmanager
def _proxies(sandbox: Sandbox, seed: int) -> Iterator[list[ChaosProxy]]:
    with ExitStack() as stack:
        proxies = []
        for broker in sandbox.brokers:
            proxy = ChaosProxy(broker.advertised_port, broker.port, seed=seed, node_id=broker.node_id)
            stack.enter_context(serving(proxy))
            proxies.append(proxy)
        yield proxies
