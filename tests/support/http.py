"""A running ``serve``, and what it answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.support.command import environment

SECONDS = 120
"""To wait for something at most, on a machine that has much to do."""


@dataclass
class Served:
    """``serve`` as a process, and its log."""

    process: subprocess.Popen[str]
    address: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, media type and text of an answer."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as answer:  # noqa: S310 - http, by us
                return answer.status, answer.headers["content-type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], error.read().decode()

    def json(self, path: str) -> Any:
        return json.loads(self.get(path)[2])

    def metrics(self) -> dict[tuple[str, tuple[str, ...]], float]:
        """Each sample's value by name and values of labels."""
        families = text_string_to_metric_families(self.get("/metrics")[2])
        return {
            (sample.name, tuple(sample.labels.values())): sample.value for each in families for sample in each.samples
        }

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until ``is_so``; it can only be asked for."""
        end = time.monotonic() + SECONDS
        while not is_so():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, f"{self.json('/health')}\n{self.log}"
            time.sleep(0.05)

    def wait_for_status(self, status: str) -> Any:
        """The health once it has that status."""
        self.wait_for(lambda: self.json("/health")["status"] == status)
        return self.json("/health")


@contextmanager
def served(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """``reconciler serve`` in ``folder`` on a free port, ended by force with the block if it has not ended yet."""
    command = [sys.executable, "-m", "reconciler", "serve", "--address", "127.0.0.1:0", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment(env), stderr=subprocess.PIPE, text=True) as process:
        running = Served(process)
        assert process.stderr is not None
        stderr = process.stderr
        has_begun = threading.Event()

        def read() -> None:
            for line in stderr:
                running.lines.append(line)
                if found := re.search(r"http://[\d.]+:\d+", line):
                    running.address = running.address or found[0]
                    has_begun.set()
            has_begun.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            assert has_begun.wait(SECONDS)
            yield running
        finally:
            process.kill()
            reader.join()
