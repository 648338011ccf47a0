"""The checksum of a report: what it notices, and what does not count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.report.checksum import checksum
from reconciler.report.document import Report
from reconciler.report.json import render_as_read, render_file
from reconciler.report.read import report_file_in
from tests.report.plans import accounts, report_of
from tests.support.command import PROJECT, RunReconciler

FROZEN = PROJECT / "tests/cases/report/1.0.json"
VALID = report_file_in(FROZEN.read_bytes(), "1.0.json").report
WRITTEN: Any = json.loads(render_file(VALID))


def is_edited(document: Any, **options: Any) -> bool | None:
    text = document if isinstance(document, str) else json.dumps(document, **options)
    return report_file_in(text.encode(), "r.json").is_edited


@given(accounts(), st.sampled_from(["plan", "apply"]))
def test_a_report_is_intact_as_it_is_written(ledger: Ledger, command: Any) -> None:
    report = report_of(command, ledger)
    assert is_edited(render_file(report)) is False


@pytest.mark.parametrize("path", ["t\u00f6pics.yaml", "with \x1b escape", "a\udce9.yaml", "\U0001f600\u202e"])
def test_a_report_with_odd_text_is_intact(path: str) -> None:
    assert VALID.manifest is not None
    files = [replace(each, path=path) for each in VALID.manifest.files]
    odd: Report = replace(VALID, environment=path, manifest=replace(VALID.manifest, files=files))
    assert is_edited(render_file(odd)) is False


def test_white_space_and_the_order_of_keys_do_not_count() -> None:
    assert is_edited(WRITTEN) is False
    assert is_edited(WRITTEN, sort_keys=True, separators=(",", ":"), ensure_ascii=False) is False


def test_every_value_counts_and_so_do_keys_that_are_not_known() -> None:
    changes: list[Any] = [{"environment": "dev"}, {"waves": []}, {"tool": {**WRITTEN["tool"], "version": "9"}}]
    for change in changes:
        assert is_edited({**WRITTEN, **change}) is True
    less = json.loads(json.dumps(WRITTEN))
    del less["topics"][0]
    assert is_edited(less) is True


def test_a_later_version_is_intact_with_its_own_keys() -> None:
    later = {**WRITTEN, "format_version": "1.9", "waves": [1]}
    later["plan"] = {**later["plan"], "checksum": checksum(later)}
    found = report_file_in(json.dumps(later).encode(), "r.json")
    assert (found.is_edited, found.version) == (False, "1.9")
    assert is_edited({**later, "waves": [2]}) is True


def test_a_report_of_format_1_0_has_no_checksum() -> None:
    assert report_file_in(FROZEN.read_bytes(), "1.0.json").is_edited is None


def test_rendering_an_edited_report_does_not_make_it_intact(reconciler: RunReconciler) -> None:
    edited = json.dumps({**WRITTEN, "environment": "dev"})
    done = reconciler("render", "-", "-o", "json", stdin=edited)
    assert done.code == 0
    assert "warning: <stdin>: the file was changed after it was written: its checksum does not fit" in done.stderr
    assert is_edited(done.stdout) is True
    assert "checksum" not in reconciler("render", "-", stdin=json.dumps(WRITTEN)).stderr


def test_rendering_a_report_without_a_checksum_gives_it_none() -> None:
    assert json.loads(render_as_read(VALID))["plan"]["checksum"] is None
