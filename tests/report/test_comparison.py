"""Every folder of ``tests/cases/compare`` is two manifests or clusters, and what ``compare`` shows of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import cmarkgfm
import pytest

from reconciler.manifest.load import load
from reconciler.plan.comparison import Side, compare, of_live, of_manifest
from reconciler.report.comparison import json, markdown, text
from reconciler.report.layout import Detail, TextStyle
from tests.plan.facts import live_from
from tests.support.cases import case_folders

MOST_CHARACTERS = 65_536


def side(name: str) -> Side:
    live = Path(f"{name}.live.yaml")
    if live.exists():
        return of_live(live_from(live), f"cluster {name} at kafka:9092")
    return of_manifest(load([Path(f"{name}.yaml")], None, {}), f"{name}.yaml")


@pytest.mark.parametrize("folder", case_folders("compare"))
def test_compare_says(folder: Path, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = compare(side("a"), side("b"))
    golden(folder / "compare.json", json.render(found))
    golden(folder / "compare.md", markdown.render(found))
    for width in (80, 120):
        shown = click.unstyle(text.render(found, TextStyle(width=width)))
        golden(folder / f"compare.{width}.txt", shown)
        assert all(line.isprintable() and len(line) <= width for line in shown.splitlines())


def test_all_names_are_shown_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (folder,) = (each.values[0] for each in case_folders("compare") if each.id == "two-clusters")
    monkeypatch.chdir(folder)
    found = compare(side("a"), side("b"))
    assert "stream.015" not in text.render(found, TextStyle())
    assert "stream.015" in text.render(found, TextStyle(detail=Detail.ALL))
    assert text.render(found, TextStyle(detail=Detail.SUMMARY)).count("\n") == 1


def test_a_comment_is_never_too_long_and_has_nothing_live_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    long = "&" * 500
    for name in ("a", "b"):
        topics = "".join(f"  t{number}: {{owner: '@{name}{number}{long}'}}\n" for number in range(400))
        (tmp_path / f"{name}.yaml").write_text(f"version: 1\ntopics:\n{topics}  only.{name}: {{}}\n")
    comment = markdown.render(compare(side("a"), side("b")))
    assert len(comment) < MOST_CHARACTERS
    assert "Only in A: `only.a`" in comment
    assert "<a " not in cmarkgfm.github_flavored_markdown_to_html(comment)
