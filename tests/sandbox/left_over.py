"""What is there of a sandbox, and what is left of one."""

from __future__ import annotations

from pathlib import Path

import psutil

from reconciler.sandbox import Sandbox


def folder_of(sandbox: Sandbox) -> Path:
    """The cluster's temporary folder, from the command line of its first broker."""
    properties = Path(psutil.Process(sandbox.brokers[0].pid).cmdline()[-1])
    return properties.parent.parent


def gone(sandbox: Sandbox) -> bool:
    return not any(psutil.pid_exists(broker.pid) for broker in sandbox.brokers)


def assert_nothing_left(below: list[psutil.Process], tmp_path: Path) -> None:
    _, alive = psutil.wait_procs(below, timeout=120)
    assert alive == []
    assert list(tmp_path.glob("reconciler-sandbox-*")) == []
