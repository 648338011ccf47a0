"""One pair of states on a real broker: apply the first, then the second, then plan, then apply again."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.sandbox import Sandbox, start
from tests.converge.states import Pair, draw
from tests.oracle.bare import OtherClient
from tests.oracle.checks import cluster_differs, nothing_was_written, report_differs
from tests.oracle.expected import Cluster, Expected, after, expected
from tests.oracle.state import Live, Manifest, Options
from tests.support.in_process import runner

SETTLE_SECONDS = 10.0
"""Seconds in which the broker has to show to another client what a report says."""


class Diverged(AssertionError):
    """Something is not as expected: in the pair of which seed, after which command, and what."""

    def __init__(self, seed: int, what: str, found: Iterable[str]) -> None:
        super().__init__("\n  ".join([f"seed {seed}, {what}:", *found]))


@contextmanager
def broker() -> Iterator[Sandbox]:
    """A broker that removes no old records, so that every pair can be repeated."""
    with start(properties={"log.retention.check.interval.ms": "86400000"}) as sandbox:
        yield sandbox


def run(seed: int, sandbox: Sandbox) -> Counter[str]:
    """Carry out the pair of ``seed``; its topics are gone afterwards. Raises Diverged.

    Returns how many changes were made, and refused for which reason.
    """
    pair = draw(seed)
    client = OtherClient(sandbox.bootstrap_servers)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _Course(pair, client, Path(folder), sandbox.bootstrap_servers).run()
    finally:
        client.delete(pair.prefix)


class _Course:
    def __init__(self, pair: Pair, client: OtherClient, folder: Path, servers: str) -> None:
        self._pair, self._client, self._folder = pair, client, folder
        self._reconciler = runner(folder)
        self._servers = servers

    def run(self) -> Counter[str]:
        pair, client = self._pair, self._client
        made = self._hold("first apply", pair.first, Options(), {})
        client.create(pair.foreign)
        client.fill(pair.filled)
        foreign = {
            name: Live(partitions=wanted.partitions or 1, overrides=wanted.values)
            for name, wanted in pair.foreign.items()
        }
        filled = {name: replace(live, records=pair.filled.get(name, 0)) for name, live in (made | foreign).items()}
        left = self._hold("second apply", pair.second, pair.options, filled)
        self._hold("plan", pair.second, pair.options, left, command="plan")
        self._hold("third apply", pair.second, pair.options, left, is_idle=True)
        return _account(expected(pair.second, pair.options, filled))

    def _hold(
        self,
        what: str,
        manifest: Manifest,
        options: Options,
        cluster: Cluster,
        *,
        command: str = "apply",
        is_idle: bool = False,
    ) -> dict[str, Live]:
        """Run a command; the cluster as it has left it. Raises Diverged where that, or the report, is not right."""
        wanted = expected(manifest, options, cluster)
        report = self._report(command, manifest, options)
        found = [*report_differs(wanted, report, is_apply=command == "apply")]
        found += nothing_was_written(report) if is_idle else []
        if is_idle or command == "plan":
            found += [f"{name} still has work" for name, each in wanted.items() if each.made]
        if found:
            raise Diverged(self._pair.seed, what, [*found, manifest.text()])
        there = after(cluster, wanted)
        self._settled(what, lambda live: [*cluster_differs(there, live)])
        return dict(there)

    def _report(self, command: str, manifest: Manifest, options: Options) -> Any:
        (self._folder / "topics.yaml").write_text(manifest.text(), encoding="utf-8")
        yes = ["--yes"] if command == "apply" else []
        servers = ["--bootstrap-server", self._servers]
        done = self._reconciler(command, *yes, *servers, "-o", "json", *options.arguments())
        return done.report

    def _settled(self, what: str, wrong: Callable[[Cluster], list[str]]) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while found := wrong(self._client.read(self._pair.prefix)):
            if time.monotonic() > deadline:
                raise Diverged(self._pair.seed, what, found)


def _account(expected: Mapping[str, Expected]) -> Counter[str]:
    account: Counter[str] = Counter()
    for each in expected.values():
        account["made"] += len(each.made)
        account.update(why.obstacle for why in each.refused.values())
    return account
