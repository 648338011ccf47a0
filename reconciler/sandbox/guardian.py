"""``python -m reconciler.sandbox.guardian FOLDER``: the process that a sandbox cluster lives and dies with.

It starts the servers that its standard input orders, a line of JSON each, until that ends: a pipe whose
other end its parent holds. However the parent ends, the pipe closes; then the guardian kills the servers
and removes their folder. It has a session of its own, so that Ctrl-C on the terminal does not reach the
servers before the command that uses them.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Start what is ordered, answer each order with the process id, guard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    servers: dict[int, subprocess.Popen[bytes]] = {}
    try:
        for line in sys.stdin:
            order = json.loads(line)
            node_id = order["node_id"]
            if node_id in servers:
                _end([servers[node_id]])  # the parent found it dead; it is yet to be reaped
            servers[node_id] = _start(order, libc)
            # The parent may be gone already; the end of standard input says so next.
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.write(f"{servers[node_id].pid}\n")
                sys.stdout.flush()
    finally:
        _end(servers.values())
        shutil.rmtree(sys.argv[1], ignore_errors=True)
        # Standard output may be a pipe that nobody reads any more.
        os._exit(0)


def _start(order: dict[str, Any], libc: ctypes.CDLL | None) -> subprocess.Popen[bytes]:
    def die_with_the_guardian() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # ignored here, and that is inherited

    # Anew at each start, so that the log tells of this start only.
    with Path(order["log"]).open("wb") as log:
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_the_guardian,  # noqa: PLW1509 - this process has one thread
        )


def _end(servers: Collection[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.kill()
    for server in servers:
        server.wait()


if __name__ == "__main__":
    main()
