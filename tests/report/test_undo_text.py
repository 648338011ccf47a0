"""An undo as people read it: the page about it shows what is printed, and nothing hostile gets through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import cmarkgfm
import pytest
from ruamel.yaml import YAML

from reconciler.errors import Location
from reconciler.manifest.load import load
from reconciler.model import Command, Measured, PartitionOffsets, Permission, Undo
from reconciler.report.document import NotRestored, Report
from reconciler.report.document.undo import TopicPatch
from reconciler.report.formats import FORMATS
from reconciler.report.layout import Detail, TextStyle
from reconciler.report.places import place_in
from reconciler.report.read import report_file_in
from reconciler.report.undo import touched_topics
from tests.plan.simulated import SimulatedCluster
from tests.support.command import PROJECT

PAGE = PROJECT / "docs/undo.md"
LINES = {"clicks": 52, "orders": 118, "orders.v1": 201, "refunds": 266}
LONG_AGO = 1_760_000_000_000
EMPTY = {0: PartitionOffsets(0, 0, 0)}


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report of ``plan --undo`` on the page about it; its manifest is there, too."""
    monkeypatch.chdir(tmp_path)
    manifest = PAGE.read_text().partition("```yaml\n# topics.yaml\n")[2].partition("```")[0]
    Path("topics.yaml").write_text(f"# topics.yaml\n{manifest}")
    wants = load([Path("topics.yaml")], None, {})
    cluster = SimulatedCluster()
    cluster.create("clicks", 6)
    cluster.create("orders", 6, retention_ms="604800000")
    cluster.create("orders.v1", 3, cleanup_policy="compact")
    offsets = dict.fromkeys(("clicks", "orders", "refunds"), EMPTY) | {"orders.v1": {0: PartitionOffsets(0, 1200)}}
    cluster.measured = Measured(offsets=offsets, newest={"orders.v1": LONG_AGO, "refunds": None}, groups=[])
    report = cluster.apply(wants)
    touched = touched_topics(report, lambda name: Location("run.json", LINES[name], 1))
    undo = Undo(report="run.json", run_id=report.run.id, topics=touched, manifest=wants)
    return cluster.shown(undo, Permission())


def test_the_page_shows_what_is_printed(planned: Report) -> None:
    text = click.unstyle(FORMATS["text"].renderer().render(planned, TextStyle(width=100, detail=Detail.FITTING)))
    assert f"$ reconciler plan --undo run.json\n{text}```" in PAGE.read_text()


def test_a_summary_has_no_patch(planned: Report) -> None:
    text = FORMATS["text"].renderer().render(planned, TextStyle(detail=Detail.SUMMARY))
    assert "topics:" not in text
    assert "Not restored" not in text


def test_a_patch_of_very_many_topics_is_left_to_the_json_report(planned: Report) -> None:
    assert planned.undo is not None
    patch: dict[str, dict[str, TopicPatch | None]] = {"topics": {f"t{number}": None for number in range(10_000)}}
    report = replace(planned, undo=replace(planned.undo, patch=patch))
    text = FORMATS["text"].renderer().render(report, TextStyle())
    assert "t0: null" not in text
    assert "The patch for 10,000 topics is in the JSON report" in " ".join(text.split())
    assert "t0: null" not in FORMATS["markdown"].renderer().render_file(report)


def test_the_place_of_a_topic_is_its_line_in_the_report() -> None:
    content = (PROJECT / "tests/cases/report/1.0.json").read_bytes()
    place = place_in(report_file_in(content, "run.json"))
    line = place("altered").line
    assert content.split(b"\n")[line - 1].strip() == b'"name": "altered",'
    assert place("nowhere") == Location("run.json", 1, 1)
    minified = json.dumps(json.loads(content)).encode()
    assert place_in(report_file_in(minified, "run.json"))("altered").line == 1


def test_an_apply_shows_the_patch_once_behind_its_result(planned: Report) -> None:
    text = FORMATS["text"].renderer().render_file(replace(planned, command=Command.APPLY))
    assert text.count("Undo of run 7d1c (run.json)") == 1
    assert text.count("max.message.bytes: null") == 1
    assert text.index("Apply: ") < text.index("max.message.bytes: null")


def test_markdown_has_the_same(planned: Report) -> None:
    text = FORMATS["markdown"].renderer().render_file(planned)
    assert "Undo of run `7d1c` (`run.json`)." in text
    assert "- `orders.v1`: records: the run deleted the topic with at most 1,200 records" in text
    block = text.partition("```yaml\n")[2].partition("```")[0]
    assert YAML(typ="safe").load(block)["topics"]["orders"]["config"] == {
        "max.message.bytes": None,
        "retention.ms": "7d",
    }


@pytest.mark.parametrize(
    "words",
    ["```\n# heading", "</details><script>x</script>", "a: {b", "\x1b[31m", "'", "no", "1e3"],
)
def test_hostile_values_are_values_in_the_patch_and_nothing_else(planned: Report, words: str) -> None:
    assert planned.undo is not None
    patch: dict[str, dict[str, TopicPatch | None]] = {"topics": {"orders": {"config": {"vendor.key": words}}}}
    hostile = [NotRestored(topic=words, field=words, why=words)]
    report = replace(planned, undo=replace(planned.undo, patch=patch, not_restored=hostile, not_in_patch=hostile))
    text = FORMATS["text"].renderer().render(report, TextStyle())
    assert all(line.isprintable() for line in click.unstyle(text).splitlines())
    shown = YAML(typ="safe").load(
        click.unstyle(text).partition("next apply:\n\n")[2].partition("\n\nNot in the patch")[0]
    )
    value = shown["topics"]["orders"]["config"]["vendor.key"]
    assert isinstance(value, str)
    if words.isprintable():
        assert value == words
    page = cmarkgfm.github_flavored_markdown_to_html(FORMATS["markdown"].renderer().render_file(report))
    assert "<script" not in page
    assert page.count("<h3>") == 1
    assert "<h1>" not in page
