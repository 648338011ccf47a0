"""``python -m reconciler.sandbox.guardian FOLDER``: starts the servers of a sandbox and ends them with its parent.

Each line of standard input, a pipe from the parent, is a JSON order to start a server. However the parent ends,
the pipe closes; then the guardian kills the servers and removes their folder. The guardian has a session of its
own, so that Ctrl-C on the terminal does not reach the servers before the command that uses them.
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
    """Start a server per order, answer with its process id, and end all servers when standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    servers: dict[int, subprocess.Popen[bytes]] = {}
    try:
        for line in sys.stdin:
            order = json.loads(line)
            node_id = order["node_id"]
            if node_id in servers:
                _end([servers[node_id]])  # the parent found it dead; it is not reaped yet
            servers[node_id] = _start(order, libc)
            # The parent may be gone already; standard input ends next.
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.write(f"{servers[node_id].pid}\n")
                sys.stdout.flush()
    finally:
        _end(servers.values())
        shutil.rmtree(sys.argv[1], ignore_errors=True)
        # Flushing a standard output that nobody reads would fail.
        os._exit(0)


def _start(order: dict[str, Any], libc: ctypes.CDLL | None) -> subprocess.Popen[bytes]:
    def die_with_the_guardian() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # ignored here, and that is inherited

    # Truncated, so that the log is of this start only.
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
