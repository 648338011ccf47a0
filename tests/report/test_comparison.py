"""Every folder of ``tests/cases/compare`` is two manifests or clusters, and what ``compare`` shows of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import cmarkgfm
import orjson
import pytest

from reconciler.manifest.load import load
from reconciler.model import FormerRun, LiveState, LiveTopic
from reconciler.plan.comparison import Side, compare, of_live, of_manifest, of_run
from reconciler.report.comparison import json, markdown, text
from reconciler.report.layout import Detail, TextStyle
from tests.plan.facts import live_from
from tests.support.cases import case_folders
from tests.support.command import PROJECT

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


def test_the_documented_json_has_the_keys_of_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PROJECT / "docs/compare.md").read_text()
    documented = orjson.loads(page.partition("```json\n")[2].partition("```")[0])
    (folder,) = (each.values[0] for each in case_folders("compare") if each.id == "manifest-and-cluster")
    monkeypatch.chdir(folder)
    real = orjson.loads(json.render(compare(side("a"), side("b"))))
    for one, other in (
        (documented, real),
        *((documented[key][0], real[key][0]) for key in ("different", "not_compared")),
    ):
        assert one.keys() == other.keys()
    assert documented["a"].keys() == real["a"].keys()
    assert documented["different"][0]["a"].keys() == real["different"][0]["a"].keys()
    assert documented["format_version"] == json.FORMAT_VERSION


def test_all_names_are_shown_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (folder,) = (each.values[0] for each in case_folders("compare") if each.id == "two-clusters")
    monkeypatch.chdir(folder)
    found = compare(side("a"), side("b"))
    assert "stream.015" not in text.render(found, TextStyle())
    assert "stream.015" in text.render(found, TextStyle(detail=Detail.ALL))
    assert text.render(found, TextStyle(detail=Detail.SUMMARY)).count("\n") == 1


def test_topics_that_a_report_does_not_know_are_counted() -> None:
    run = FormerRun(id="1", path="r.json", cluster_id="c", topics={})
    topics = {name: LiveTopic(name=name, partitions=1, replication_factor=1) for name in ("a", "b")}
    found = compare(of_run(run, "report"), of_live(LiveState(cluster_id="c", brokers=1, topics=topics), "cluster"))
    words = "2 topics not compared: the report does not tell whether they are there"
    assert words in text.render(found, TextStyle())
    assert words in markdown.render(found)


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
