"""The manifest by position, by option, and from standard input."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import RunReconciler

MANIFEST = "version: 1\ntopics:\n  {}: {{}}\n"


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path) -> None:
    for name in ("a", "b", "topics"):
        (tmp_path / f"{name}.yaml").write_text(MANIFEST.format(name))


def files(reconciler: RunReconciler, *arguments: str, stdin: str = "", **variables: str) -> list[str]:
    done = reconciler("validate", *arguments, "-o", "json", stdin=stdin, env=variables)
    assert done.code == 0, done.stderr
    return [file["path"] for file in done.report["manifest"]["files"]]


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ((), ["topics.yaml"]),
        (("a.yaml",), ["a.yaml"]),
        (("a.yaml", "b.yaml"), ["a.yaml", "b.yaml"]),
        (("b.yaml", "-f", "a.yaml"), ["a.yaml", "b.yaml"]),
        (("-",), ["<stdin>"]),
        (("-f", "-", "a.yaml", "-"), ["<stdin>", "a.yaml"]),
    ],
)
def test_a_path_is_the_same_as_an_option(
    arguments: tuple[str, ...], read: list[str], reconciler: RunReconciler
) -> None:
    assert files(reconciler, *arguments, stdin=MANIFEST.format("piped")) == read


def test_a_path_wins_over_the_variable(reconciler: RunReconciler) -> None:
    assert files(reconciler, "a.yaml", RECONCILER_FILE="b.yaml") == ["a.yaml"]
    assert files(reconciler, RECONCILER_FILE="b.yaml") == ["b.yaml"]


@pytest.mark.parametrize("arguments", [("plan",), ("apply", "--yes"), ("explain", "a"), ("validate",)])
def test_every_command_that_reads_a_manifest_takes_paths(arguments: tuple[str, ...], reconciler: RunReconciler) -> None:
    done = reconciler(*arguments, "missing.yaml")
    assert done.code != 0
    assert "error: missing.yaml: no such file" in done.stderr


def test_a_mistake_on_standard_input_has_its_place(reconciler: RunReconciler) -> None:
    done = reconciler("validate", "-", stdin=MANIFEST.format("a b"))
    assert (done.code, done.stderr.partition(" ")[0]) == (1, "<stdin>:3:3:")


def test_a_topic_of_standard_input_can_be_explained(reconciler: RunReconciler) -> None:
    assert reconciler("explain", "a", "-", stdin=MANIFEST.format("a")).stdout.startswith("a  <stdin>:3:3\n")


def test_standard_input_alone_has_no_overlay(tmp_path: Path, reconciler: RunReconciler) -> None:
    (tmp_path / "-.prod").write_text("topics: {}\n")
    done = reconciler("validate", "-", "-e", "prod", stdin=MANIFEST.format("a"))
    assert done.code == 1
    assert "error: -e prod: a manifest from standard input cannot have an overlay" in done.stderr
    (tmp_path / "a.prod.yaml").write_text("topics: {}\n")
    read = files(reconciler, "-", "a.yaml", "-e", "prod", stdin=MANIFEST.format("b"))
    assert read == ["<stdin>", "a.yaml", "a.prod.yaml"]
