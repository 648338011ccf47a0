"""The command on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

from tests.support.command import environment


class Terminal:
    """A process on a terminal of its own; ``onwards`` is how a shell is to go on, `> file` for instance."""

    def __init__(self, *arguments: str, cwd: Path, onwards: str = "", env: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        command = [sys.executable, "-m", "reconciler", *arguments]
        if onwards:
            command = ["/bin/sh", "-c", f'"$@" {onwards}', "sh", *command]
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - so that ^C becomes a signal
        )
        os.close(slave)
        self.said = ""

    def read_until(self, text: str) -> None:
        while text not in self.said:
            ready, _, _ = select.select([self._master], [], [], 60)
            assert ready, f"nothing more after: {self.said}"
            self.said += os.read(self._master, 4096).decode()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def drain(self) -> None:
        """Read what there is, without which the process would wait in the end."""
        while select.select([self._master], [], [], 0)[0]:
            self.said += os.read(self._master, 4096).decode(errors="replace")

    def close(self) -> int:
        """Close the window: the process gets SIGHUP, and what it reads and writes from then on fails."""
        os.close(self._master)
        return self.process.wait(60)

    def answer(self, text: str) -> int:
        self.type(text)
        while True:
            try:
                self.said += os.read(self._master, 4096).decode()
            except OSError:  # how Linux says that the other side has closed the terminal
                break
        os.close(self._master)
        return self.process.wait(60)
