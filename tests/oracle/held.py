"""Runs of the command on a real broker, each held against what the oracle expects of it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.sandbox import Sandbox, start
from tests.oracle.bare import OtherClient
from tests.oracle.checks import cluster_differs, nothing_was_written, report_differs, unmanaged_differs
from tests.oracle.expected import Cluster, Expected, after, expected, unmanaged
from tests.oracle.state import KINDS, Manifest, Options
from tests.oracle.undone import not_restored, not_undone, undo_differs
from tests.support.in_process import runner

SETTLE_SECONDS = 60.0
"""Seconds in which the broker has to show to another client what a report says."""


class Diverged(AssertionError):
    """Something is not as expected: in the course of which seed, after which command, and what."""

    def __init__(self, course: str, what: str, found: Iterable[str]) -> None:
        super().__init__("\n  ".join([f"{course}, {what}:", *found]))


@contextmanager
def broker() -> Iterator[Sandbox]:
    """A broker that removes no old records, so that every course can be repeated."""
    day = "86400000"
    # The cleaner removes old records, too, of topics that are compacted and deleted from; it begins with a look.
    with start(properties={"log.initial.task.delay.ms": day, "log.cleaner.backoff.ms": day}) as sandbox:
        yield sandbox


class Held:
    """Runs commands in ``folder`` on topics whose names begin with ``prefix``, and holds each against the oracle."""

    def __init__(self, course: str, prefix: str, client: OtherClient, servers: str, folder: Path) -> None:
        self._course, self._prefix, self._client = course, prefix, client
        self._folder, self._servers = folder, servers
        self._reconciler = runner(folder)
        self.account: Counter[str] = Counter()
        """Changes that were made, and how many were refused for which reason."""
        self._applied: list[Any] = []
        """The reports of all applies, the last one at the end."""

    def apply(self, what: str, manifest: Manifest, options: Options, cluster: Cluster) -> Cluster:
        """Apply ``manifest`` to ``cluster``, which is returned as that has left it. Raises Diverged."""
        wanted = expected(manifest, options, cluster)
        report = self._report("apply", manifest, options)
        self._hold(what, manifest, _report_found(wanted, manifest, options, cluster, report))
        there = after(cluster, wanted)
        self._settled(what, lambda live: [*cluster_differs(there, live)])
        self.account += _account(wanted)
        return there

    def nothing_is_left(self, what: str, manifest: Manifest, options: Options, cluster: Cluster) -> Cluster:
        """Plan after ``what``, and apply again: only what is refused is left, nothing is written. Raises Diverged.

        A limit in percent may allow more than before, where topics were created that count now: that is done first.
        """
        wanted = expected(manifest, options, cluster)
        if manifest.deletes is None and any(each.action == "delete" and each.made for each in wanted.values()):
            cluster = self.apply(f"{what}, with a larger percentage", manifest, options, cluster)
            wanted = expected(manifest, options, cluster)
        left = [f"{name} still has work" for name, each in wanted.items() if each.made]
        plan = self._report("plan", manifest, options)
        self._hold(f"{what}, plan", manifest, [*left, *_report_found(wanted, manifest, options, cluster, plan)])
        again = self._report("apply", manifest, options)
        found = [*nothing_was_written(again), *_report_found(wanted, manifest, options, cluster, again)]
        self._hold(f"{what}, apply again", manifest, found)
        self._settled(f"{what}, apply again", lambda live: [*cluster_differs(cluster, live)])
        return cluster

    def mark(self) -> int:
        """The number of applies so far."""
        return len(self._applied)

    def undo(self, what: str, manifest: Manifest, since: int, before: Cluster) -> None:
        """Undo all applies but the first ``since``, the last one first: then all is as ``before``. Raises Diverged."""
        applied, options = self._client.read(self._prefix), Options(allow=KINDS, exceed_limits=True)
        undone = []
        for report in reversed(self._applied[since:]):
            (self._folder / "run.json").write_text(json.dumps(report), encoding="utf-8")
            undone.append(self._report("apply", manifest, options, "--undo", "run.json"))
        self._hold(what, manifest, [*undo_differs(undone)])
        refused = not_undone(undone)
        self._settled(what, lambda live: [*not_restored(before, applied, live, refused)])
        self.account["undone"] += sum(len(topic["changes"]) for report in undone for topic in report["topics"])

    def _report(self, command: str, manifest: Manifest, options: Options, *more: str) -> Any:
        (self._folder / "topics.yaml").write_text(manifest.text(), encoding="utf-8")
        yes = ["--yes"] if command == "apply" else []
        servers = ["--bootstrap-server", self._servers]
        done = self._reconciler(command, *yes, *servers, "-o", "json", *options.arguments(), *more)
        if command == "apply" and not more:
            self._applied.append(done.report)
        return done.report

    def _hold(self, what: str, manifest: Manifest, found: list[str]) -> None:
        if found:
            raise Diverged(self._course, what, [*found, manifest.text()])

    def _settled(self, what: str, wrong: Callable[[Cluster], list[str]]) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while found := wrong(self._client.read(self._prefix)):
            if time.monotonic() > deadline:
                raise Diverged(self._course, what, found)


def _report_found(
    wanted: Mapping[str, Expected], manifest: Manifest, options: Options, cluster: Cluster, report: Any
) -> list[str]:
    is_apply = report["command"] == "apply"
    listed = {} if options.prune else unmanaged(manifest, cluster)
    return [*report_differs(wanted, report, is_apply=is_apply), *unmanaged_differs(listed, report)]


def _account(expected: Mapping[str, Expected]) -> Counter[str]:
    account: Counter[str] = Counter()
    for each in expected.values():
        account["made"] += len(each.made)
        account.update(why.obstacle for why in each.refused.values())
    return account
