"""``python -m tests.impact``: predicted losses of many seeded cases against the real ones, on one broker."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import click

from tests.impact.cases import draw
from tests.impact.cluster import BareCluster, broker
from tests.impact.losses import Underestimated, run

AT_ONCE = 10


def main() -> None:
    """Exit with 1 where something was predicted wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=50)
    options = parser.parse_args()
    account: Counter[str] = Counter()
    failed = False
    with broker() as sandbox:
        cluster = BareCluster(sandbox.bootstrap_servers)
        seeds = range(options.first, options.first + options.seeds)
        for begin in range(0, len(seeds), AT_ONCE):
            some = seeds[begin : begin + AT_ONCE]
            try:
                account += run([draw(seed) for seed in some], cluster, sandbox.bootstrap_servers)
            except Underestimated as wrong:
                failed = True
                click.echo(f"seeds {some[0]} to {some[-1]}: {wrong}")
            click.echo(f"{min(begin + AT_ONCE, len(seeds))} of {len(seeds)} cases", err=True)
    click.echo(", ".join(f"{what}: {number:,}" for what, number in account.items()))
    sys.exit(failed)


if __name__ == "__main__":
    main()
