"""Reports shown again: as the command that wrote them showed them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.report.layout import Detail, TextStyle
from reconciler.report.replay import replay
from reconciler.report.text import render
from tests.report.plans import accounts, report_of
from tests.support.cases import case_folders
from tests.support.command import PROJECT, RunReconciler

FROZEN = PROJECT / "tests/cases/report/1.0.json"


@pytest.mark.parametrize("folder", case_folders("plan"))
def test_a_plan_is_shown_as_plan_shows_it(folder: Path, reconciler: RunReconciler) -> None:
    for width in (60, 160):
        done = reconciler("render", folder / "plan.json", env={"COLUMNS": str(width)})
        assert done.code == 0
        assert done.stdout == (folder / f"plan.{width}.txt").read_text()
    assert reconciler("render", folder / "plan.json", "-o", "markdown").stdout == (folder / "plan.md").read_text()


@given(accounts(), st.sampled_from(Detail))
def test_the_plan_of_an_apply_is_shown_as_before_it_was_carried_out(ledger: Ledger, detail: Detail) -> None:
    layout = TextStyle(detail=detail)
    before, after = report_of("plan", ledger), report_of("apply", ledger)
    written = replace(after, statistics=replace(after.statistics, durations={"write": 0.1}))
    assert replay(written, layout) == f"{render(before, layout)}\n{render(after, layout)}"


@pytest.mark.parametrize(("code", "is_shown"), [("declined", True), ("deadline", False)])
def test_the_plan_of_an_apply_that_wrote_nothing_is_shown_where_somebody_declined_it(
    code: str, is_shown: bool, tmp_path: Path, reconciler: RunReconciler
) -> None:
    report = json.loads(FROZEN.read_text())
    del report["statistics"]["durations"]["write"]
    report["diagnostics"][0] |= {"code": code, "severity": "error"}
    (tmp_path / "r.json").write_text(json.dumps(report))
    shown = reconciler("render", "r.json").stdout
    assert shown.startswith("Plan for ") == is_shown
    assert "\nApply: " in shown


def test_what_somebody_else_changed_meanwhile_is_still_planned_in_the_plan(
    tmp_path: Path, reconciler: RunReconciler
) -> None:
    stale = {"kind": "stale", "reason": "somebody else created it", "way_out": "run plan again"}
    report = json.loads(FROZEN.read_text())
    new = next(topic for topic in report["topics"] if topic["name"] == "new")
    new |= {"status": "stale", "refusal": stale}
    (tmp_path / "r.json").write_text(json.dumps(report))
    shown = reconciler("render", "r.json").stdout
    assert "\n+ new  topics.yaml:8\n" in shown
    assert "\nnew: stale" in shown


def test_standard_input_and_messages_of_the_run(reconciler: RunReconciler) -> None:
    done = reconciler("render", "-", stdin=FROZEN.read_text())
    assert done.code == 0
    assert done.stdout.startswith("Plan for kafka:9092 (cluster fake-kafka, 1 broker), environment prod\n")
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Apply: 3 topics applied, 5 unchanged, 10 refused (")
    assert "topics.yaml:5:3: warning: a value is hidden\n  read it\n  elsewhere\n" in done.stderr
    assert reconciler("render", "-", "-q", stdin=FROZEN.read_text()).stderr == ""


def test_how_much_is_shown_and_in_which_colours_is_for_the_reader_to_say(reconciler: RunReconciler) -> None:
    shown = {option: reconciler("render", FROZEN, option).stdout for option in ("-q", "--compact", "-v")}
    assert len(shown["-q"]) < len(shown["--compact"]) < len(shown["-v"])
    coloured = reconciler("render", FROZEN, "--color", "always").stdout
    assert "\x1b[" in coloured
    assert click.unstyle(coloured) == reconciler("render", FROZEN).stdout


def test_a_report_of_validate_and_one_that_was_written_before_a_connection(
    tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {partitions: 1}}\n")
    (tmp_path / "bad.yaml").write_text("version: 1\ntopics: {a: {partitions: -1}}\n")
    for arguments in (["validate"], ["validate", "bad.yaml"], ["plan", "--bootstrap-server", "127.0.0.1:1"]):
        more = ["--timeout", "0.1"] if arguments[0] == "plan" else []
        first = reconciler(*arguments, *more, "--report", "r.json")
        again = reconciler("render", "r.json")
        assert again.code == 0
        assert again.stderr == first.stderr
        # How many topics a manifest has is in no report.
        assert again.stdout == first.stdout.replace(", 1 topic", "")


@pytest.mark.parametrize("arguments", [["missing.json"], ["."], []])
def test_what_cannot_be_read_is_an_error(arguments: list[str], reconciler: RunReconciler) -> None:
    done = reconciler("render", *arguments)
    assert done.code == (1 if arguments else 64)
    assert done.stdout == ""
    assert "error: cannot read the report" in done.stderr or "Missing argument" in done.stderr
