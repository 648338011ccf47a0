"""The demo runs, and its picture shows what it prints today."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

from reconciler.sandbox import start
from tests.support.command import PROJECT, environment


def letters(text: str) -> str:
    """The text without white space, and without what differs from run to run: address, id, how records are batched."""
    text = re.sub(r"\(about [\d.]+KiB\)", "(SIZE)", text)
    return re.sub(r"127\.0\.0\.1:\d+\(cluster.{22}", "ADDRESS(clusterID", "".join(text.split()))


def text_of_picture() -> str:
    """What ``docs/demo.svg`` shows, from top to bottom."""
    svg = (PROJECT / "docs/demo.svg").read_text(encoding="utf-8")
    parts = re.findall(r'<text class="demo-r\d+"[^>]*>(.*?)</text>', svg, re.DOTALL)
    return html.unescape("".join(parts)).replace("\xa0", " ")


def test_the_demo_corrects_drift_and_asks_for_consent_as_the_picture_shows() -> None:
    with start() as sandbox:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [PROJECT / "demo/run.sh"],
            cwd=PROJECT,
            env=environment({"KAFKA_BOOTSTRAP_SERVERS": sandbox.bootstrap_servers, "PATH": path}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    drift, _, risk = done.stdout.partition("# 7.")
    assert drift.strip().endswith("0 to create, 0 to change, 4 unchanged.")
    steps = f"# 7.{risk[: risk.index('The report of step 6')]}"
    assert "removes at most 1,200 records" in steps
    assert "loses at most 200 unread records" in steps
    assert steps.strip().endswith("Apply: 1 topic applied, 0 unchanged.")
    assert letters(text_of_picture()) == letters(steps), "record the picture again: make picture"
