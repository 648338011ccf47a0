"""``python -m tests.chaos``: many schedules on one cluster. ``make chaos FIRST=17 SEEDS=1`` repeats one."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

import click

from reconciler.sandbox import Sandbox
from tests.chaos.invariants import InvariantBroken
from tests.chaos.proxy import Kind
from tests.chaos.schedules import Course, cluster, run

PROGRESS_EVERY = 10


def main() -> None:
    """Exit with 1 where a schedule failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    with cluster() as sandbox:
        failed, courses = run_all(range(options.first, options.first + options.seeds), sandbox)
    click.echo(f"{len(failed) + len(courses)} schedules, {len(failed)} failed {failed or ''}".rstrip())
    click.echo(account(courses))
    sys.exit(bool(failed))


def run_all(seeds: Sequence[int], sandbox: Sandbox) -> tuple[list[int], list[Course]]:
    """The seeds of which the schedule failed, and how the others went; tells what fails, and how far it is."""
    failed: list[int] = []
    courses: list[Course] = []
    for number, seed in enumerate(seeds, start=1):
        try:
            courses.append(run(seed, sandbox))
        except InvariantBroken as broken:
            failed.append(seed)
            click.echo(f"{broken}\n  repeat: make chaos FIRST={seed} SEEDS=1")
        if number % PROGRESS_EVERY == 0:
            click.echo(f"{number} of {len(seeds)} schedules, {len(failed)} failed", err=True)
    return failed, courses


def account(courses: Sequence[Course]) -> str:
    """What was done to connections, and how the disturbed applies ended."""
    if not courses:
        return "none held"
    struck = sum((course.struck for course in courses), Counter[Kind]())
    codes = Counter(course.disturbed.exit_code for course in courses)
    seconds = [course.disturbed.seconds for course in courses]
    return (
        f"connections: {struck['cut']} cut, {struck['delayed']} delayed, {struck['frozen']} frozen, "
        f"in {sum(bool(course.struck) for course in courses)} schedules, "
        f"while writing in {sum(course.writes_were_hit for course in courses)}\n"
        f"disturbed applies by exit code: {dict(sorted(codes.items()))}; "
        f"median {statistics.median(seconds):.1f} s, longest {max(seconds):.1f} s"
    )


if __name__ == "__main__":
    main()
