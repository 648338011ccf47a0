"""Every folder of ``tests/cases/plan`` is a manifest, a live cluster and what the plan says, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from reconciler.clock import TimeLimit
from reconciler.manifest.load import load
from reconciler.model import Base, Command, Record
from reconciler.plan import BrokerCheck, notes, outlook, passed, passes, plan, sealed
from reconciler.report.build import build
from reconciler.report.formats import MARKDOWN, TEXT
from reconciler.report.json import render_as_read
from reconciler.report.layout import Detail, TextStyle
from reconciler.session.base import Manifest, read_base
from tests.plan.facts import Broker, former_from, live_from, permission_from
from tests.support.cases import case_folders
from tests.support.command import REPORT_SCHEMA

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("folder", case_folders("plan"))
def test_plan_says(folder: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    desired, live = load([Path("topics.yaml")], None, {}), live_from(folder / "live.yaml")
    broker, permission = Broker(folder / "live.yaml"), permission_from(folder / "options.txt")
    made = passed(plan(desired, live), passes(desired, permission, cluster=broker, reader=broker, now=NOON))
    check = BrokerCheck(made, broker=broker, reader=broker, limit=TimeLimit(60))
    check.run()
    made = sealed(check.plan)
    diagnostics = list(notes(made))
    report = build(
        Record(
            command=Command.PLAN,
            version="0",
            id="00000000-0000-0000-0000-000000000000",
            started_at=NOON,
            finished_at=NOON,
            duration_seconds=0.0,
            bootstrap_servers="kafka:9092",
            desired=desired,
            live=live,
            plan=made,
            base=_base(),
            former_ids=former_from(folder / "live.yaml"),
            outcomes=outlook(made),
            diagnostics=diagnostics,
        )
    )
    document = render_as_read(report)  # without a checksum, which every change would change
    REPORT_SCHEMA.validate(json.loads(document))
    for width in (60, 100, 160):
        text = click.unstyle(TEXT.renderer().render(report, TextStyle(width=width, detail=Detail.FITTING)))
        golden(folder / f"plan.{width}.txt", text)
        words = [word for line in text.splitlines() for word in line.split()]
        assert all(len(line) <= max(width, len(max(words, key=len)) + 8) for line in text.splitlines())
    golden(folder / "plan.json", document)
    golden(folder / "plan.md", MARKDOWN.renderer().render_file(report))


def _base() -> Base | None:
    """What the plan in the working directory is compared with, if it is: a manifest, or the report of a run."""
    found = [path for path in map(Path, ("base", "base.yaml", "base.json")) if path.exists()]
    return read_base(found[0], Manifest(files=[Path("topics.yaml")])).base if found else None
