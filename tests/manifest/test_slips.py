"""What people write by mistake: the message has the place, the value, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestInvalid
from reconciler.manifest.load import load


def said(folder: Path, text: str, overlay: str | None = None) -> list[str]:
    """The problems of a manifest, and nothing where it is valid."""
    (folder / "topics.yaml").write_text(text)
    if overlay is not None:
        (folder / "topics.prod.yaml").write_text(overlay)
    try:
        state = load([folder / "topics.yaml"], None if overlay is None else "prod", {})
    except ManifestInvalid as error:
        return [str(each).replace(f"{folder}/", "") for each in error.diagnostics]
    return [str(each).replace(f"{folder}/", "") for each in state.diagnostics]


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("# nothing special here\n", None),
        ("---\n  # nothing special here\n", None),
        ("{}\n", None),
        ("", "the file is empty\n  write {} for an overlay without changes"),
        (" \n\n", "the file is empty\n  write {} for an overlay without changes"),
        ("---\n", "the file is empty\n  write {} for an overlay without changes"),
        ("null\n", "the file is empty\n  write {} for an overlay without changes"),
    ],
)
def test_an_overlay_of_comments_changes_nothing_and_an_empty_one_is_an_error(
    overlay: str, message: str | None, tmp_path: Path
) -> None:
    expected = [] if message is None else [f"topics.prod.yaml:1:1: error: {message}"]
    assert said(tmp_path, "version: 1\ntopics: {t: {}}\n", overlay) == expected


@pytest.mark.parametrize("text", ["", "\n", "---\n", "# nothing yet\n"])
def test_a_manifest_without_anything_is_an_error(text: str, tmp_path: Path) -> None:
    what = "the file holds only comments" if "#" in text else "the file is empty"
    assert said(tmp_path, text) == [f"topics.yaml:1:1: error: {what}\n  start with `version: 1` and `topics:`"]


QUOTE_JSON = """JSON is text here: put it in single quotes, as in '{"count": 3}'"""


@pytest.mark.parametrize(
    ("topic", "place", "hint"),
    [
        ('config: {vendor.placement: {"version":1}}', "4:32", QUOTE_JSON),
        ('config: {vendor.placement: [{"version":1}]}', "4:33", QUOTE_JSON),
        ("config:\n      vendor.placement:\n        version: 1", "6:9", QUOTE_JSON),
        ("config: {retention: {ms: 7d}}", "4:25", "write the whole key on one line: retention.ms: 7d"),
        (
            "config:\n      cleanup:\n        policy: compact",
            "6:9",
            "write the whole key on one line: cleanup.policy: compact",
        ),
        ("owner: 42", "4:12", 'put quotes around it: "42"'),
        ("labels: {version: 1.10}", "4:23", 'put quotes around it: "1.10"'),
        ("description: true", "4:18", 'put quotes around it: "true"'),
        ('partitions: "3"', "4:17", "remove the quotes: 3"),
    ],
)
def test_a_value_of_another_kind_has_a_hint(topic: str, place: str, hint: str, tmp_path: Path) -> None:
    problem = said(tmp_path, f"version: 1\ntopics:\n  t:\n    {topic}\n")[-1]
    assert problem.startswith(f"topics.yaml:{place}: error: topics.t.")
    assert problem.endswith(f"\n  {hint}")


@pytest.mark.parametrize("section", ["config: {partitions: {a: 1}}", "t: {labels: {a: {b: 1}}}", "t: {owner: {a: 1}}"])
def test_a_mapping_that_is_no_config_value_is_not_taken_for_json(section: str, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, f"version: 1\ntopics: {{{section}}}\n")
    assert problem.endswith(", not a mapping")


@pytest.mark.parametrize(
    ("text", "place", "written"),
    [
        ("version: 1\ntopics: {t: {partitions:3}}", "2:14", "partitions: 3"),
        ("version: 1\ntopics:\n  t:\n    partitions:3", "4:5", "partitions: 3"),
        ("version: 1\ntopics: {t: {config: {retention.ms:7d}}}", "2:23", "retention.ms: 7d"),
        ("version: 1\ndefaults: {config: {retention.ms:7d}}\ntopics: {}", "2:21", "retention.ms: 7d"),
    ],
)
def test_a_colon_without_a_space_is_named(text: str, place: str, written: str, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, text)
    assert problem.startswith(f"topics.yaml:{place}: error: ")
    assert problem.endswith(f"\n  put a space after the colon: {written}")


@pytest.mark.parametrize("overlay", ["topics: {t: {partitions:3}}", "topics: {t: {config: {retention.ms:7d}}}"])
def test_a_colon_without_a_space_is_named_in_an_overlay(overlay: str, tmp_path: Path) -> None:
    assert any(
        "put a space after the colon" in each for each in said(tmp_path, "version: 1\ntopics: {t: {}}\n", overlay)
    )


@pytest.mark.parametrize(
    ("value", "is_written"), [("partitions:", False), ("partitions: null", True), ("partitions: ~", True)]
)
def test_no_value_and_null_are_told_apart(value: str, is_written: bool, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, f"version: 1\ntopics:\n  t:\n    {value}\n")
    wanted = "must be a whole number from 1 to 100000, or -1 to let the broker decide"
    end = f"topics.t.partitions {wanted}, not null" if is_written else f"topics.t.partitions has no value; it {wanted}"
    assert problem.endswith(end)
