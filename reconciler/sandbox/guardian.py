"""``python -m reconciler.sandbox.guardian``: the process that a sandbox cluster lives and dies with.

It starts the servers and then waits for the end of its standard input, a pipe whose other end its parent
holds and never writes to again. However the parent ends, the pipe closes; then the guardian kills the
servers and removes their folder. It has a session of its own, so that Ctrl-C on the terminal does not
reach the servers before the command that uses them.
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
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Read what to start as a line of JSON, answer with the process ids, guard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    servers: list[subprocess.Popen[bytes]] = []
    try:
        servers += [_start(server, libc) for server in order["servers"]]
        # The parent may be gone already; the end of standard input says so next.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(json.dumps([server.pid for server in servers]) + "\n")
            sys.stdout.flush()
        sys.stdin.read()
    finally:
        for server in servers:
            server.kill()
        for server in servers:
            server.wait()
        shutil.rmtree(order["folder"], ignore_errors=True)
        # Standard output may be a pipe that nobody reads any more.
        os._exit(0)


def _start(server: dict[str, Any], libc: ctypes.CDLL | None) -> subprocess.Popen[bytes]:
    def die_with_the_guardian() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    with Path(server["log"]).open("ab") as log:
        return subprocess.Popen(
            server["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_the_guardian,  # noqa: PLW1509 - this process has one thread
        )


if __name__ == "__main__":
    main()
