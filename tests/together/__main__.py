"""``python -m tests.together``: two applies at once, many times. ``make together FIRST=17 SEEDS=1`` repeats one."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from reconciler.sandbox import start
from tests.together.rounds import Untrue, run


def main() -> None:
    """Exit with 1 where a report was untrue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--brokers", type=int, default=1)
    options = parser.parse_args()
    began, failed = time.monotonic(), 0
    account: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, start(brokers=options.brokers) as sandbox:
        for seed in range(options.first, options.first + options.seeds):
            try:
                account += run(seed, sandbox, Path(folder))
            except Untrue as untrue:
                failed += 1
                click.echo(f"{untrue}\n  repeat: make together FIRST={seed} SEEDS=1")
    click.echo(f"{options.seeds} rounds in {time.monotonic() - began:.0f} s, {failed} with an untrue report")
    click.echo(", ".join(f"{word}: {number}" for word, number in sorted(account.items())))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
