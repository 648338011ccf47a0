"""``python -m tests.converge``: many pairs of states on one broker. ``make converge FIRST=17 SEEDS=1`` repeats one."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

import click

from reconciler.sandbox import Sandbox
from tests.converge.pairs import run
from tests.oracle.held import Diverged, broker

PROGRESS_EVERY = 10


def main() -> None:
    """Exit with 1 where a pair diverged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=100)
    options = parser.parse_args()
    began = time.monotonic()
    with broker() as sandbox:
        failed, account = run_all(range(options.first, options.first + options.seeds), sandbox)
    seconds = time.monotonic() - began
    click.echo(f"{options.seeds} pairs in {seconds:.0f} s, {len(failed)} diverged {failed or ''}".rstrip())
    click.echo(", ".join(f"{what}: {number}" for what, number in sorted(account.items())))
    sys.exit(bool(failed))


def run_all(seeds: Sequence[int], sandbox: Sandbox) -> tuple[list[int], Counter[str]]:
    """The seeds that diverged, and what was made and refused of the others."""
    failed: list[int] = []
    account: Counter[str] = Counter()
    for number, seed in enumerate(seeds, start=1):
        try:
            account += run(seed, sandbox)
        except Diverged as diverged:
            failed.append(seed)
            click.echo(f"{diverged}\n  repeat: make converge FIRST={seed} SEEDS=1")
        if number % PROGRESS_EVERY == 0:
            click.echo(f"{number} of {len(seeds)} pairs, {len(failed)} diverged", err=True)
    return failed, account


if __name__ == "__main__":
    main()
