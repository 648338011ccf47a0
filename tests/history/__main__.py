"""``python -m tests.history``: a long history on one broker. ``make history SEED=7`` takes another one."""

from __future__ import annotations

import argparse
import sys
import time

import click

from tests.history.course import run
from tests.oracle.held import Diverged, broker


def main() -> None:
    """Exit with 1 where a step diverged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--topics", type=int, default=300)
    options = parser.parse_args()
    began = time.monotonic()
    try:
        with broker() as sandbox:
            account = run(
                options.seed,
                sandbox,
                commits=options.commits,
                topics=options.topics,
                tell=click.echo,
            )
    except Diverged as diverged:
        click.echo(diverged)
        sys.exit(1)
    seconds = time.monotonic() - began
    click.echo(f"{options.commits} commits in {seconds:.0f} s, none diverged")
    click.echo(", ".join(f"{what}: {number:,}" for what, number in sorted(account.items())))


if __name__ == "__main__":
    main()
