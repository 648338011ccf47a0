"""The files that a manifest consists of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import ManifestInvalid
from reconciler.manifest.load import load

TOPIC = "version: 1\ntopics: {{{}: {{partitions: 1}}}}\n"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def names(*paths: str | Path, environment: str | None = None) -> list[str]:
    return [topic.name for topic in load([Path(path) for path in paths], environment, {}).topics]


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    """A ConfigMap with a file at the top and one in a folder, as the kubelet's AtomicWriter mounts it."""
    folder = tmp_path / "mount"
    write(folder / "..2026_11_25_12_00_00.1/topics.yaml", TOPIC.format("a"))
    write(folder / "..2026_11_25_12_00_00.1/more/topics.yaml", TOPIC.format("b"))
    (folder / "..data").symlink_to("..2026_11_25_12_00_00.1")
    (folder / "topics.yaml").symlink_to("..data/topics.yaml")
    (folder / "more").symlink_to("..data/more")
    return folder


def test_a_mounted_configmap_is_read_once(mount: Path) -> None:
    assert names(mount) == ["a", "b"]
    assert names(mount, mount / "topics.yaml", mount / "..data/topics.yaml") == ["a", "b"]


def test_hidden_files_and_folders_are_not_read(tmp_path: Path) -> None:
    for hidden in (".topics.yaml", ".git/topics.yaml", "a/.b/c/topics.yaml", ".#topics.yaml"):
        write(tmp_path / hidden, "no manifest")
    write(tmp_path / "a/topics.yaml", TOPIC.format("a"))
    assert names(tmp_path) == ["a"]


def test_a_hidden_file_or_folder_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / ".hidden/.topics.yaml", TOPIC.format("a"))
    write(tmp_path / ".hidden/topics.yaml", TOPIC.format("b"))
    assert names(tmp_path / ".hidden") == ["b"]
    assert names(tmp_path / ".hidden/.topics.yaml") == ["a"]


def test_one_file_by_several_paths_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "d/topics.yaml", TOPIC.format("a"))
    os.link(tmp_path / "d/topics.yaml", tmp_path / "d/hard.yaml")
    (tmp_path / "d/soft.yaml").symlink_to("topics.yaml")
    (tmp_path / "d/around").symlink_to("..")
    monkeypatch.chdir(tmp_path)
    assert names("d", "./d/topics.yaml", "d/../d/topics.yaml", tmp_path / "d/topics.yaml") == ["a"]


@pytest.mark.parametrize("path", [".", "./", "..", "../live", "ABSOLUTE", "a/..", "../../top/live"])
@pytest.mark.parametrize("overlay", ["live.prod.yaml", "live.prod.yml", "live.prod/all.yaml"])
def test_the_overlay_of_a_directory_lies_beside_it(
    path: str, overlay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "top/live"
    write(folder / "a/topics.yaml", TOPIC.format("a"))
    write(tmp_path / "top" / overlay, "topics: {b: {}}\n")
    monkeypatch.chdir(folder / "a" if path == ".." else folder)
    assert names(folder if path == "ABSOLUTE" else path, environment="prod") == ["a", "b"]


def test_the_overlay_of_a_linked_directory_has_the_name_of_the_link(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/v2/topics.yaml", TOPIC.format("a"))
    (tmp_path / "topics").symlink_to("elsewhere/v2")
    write(tmp_path / "topics.prod.yaml", "topics: {b: {}}\n")
    assert names(tmp_path / "topics", environment="prod") == ["a", "b"]


@pytest.mark.parametrize("environment", [None, "prod"])
def test_an_overlay_inside_a_directory_is_refused_with_the_way_out(
    environment: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("topics/orders.yaml"), TOPIC.format("a"))
    write(Path("topics/orders.prod.yaml"), "topics: {a: {partitions: 2}}\n")
    write(Path("topics.prod.yaml"), "topics: {a: {partitions: 2}}\n")
    with pytest.raises(ManifestInvalid) as raised:
        names("topics", environment=environment)
    (problem,) = raised.value.diagnostics
    assert problem.message == (
        "topics/orders.prod.yaml: looks like an overlay of orders.yaml, "
        "but every file in this directory is part of the manifest"
    )
    assert problem.hint == "move it to topics.prod for -e prod, or pass the file: -f topics/orders.yaml -e prod"
    assert names("topics/orders.yaml", environment="prod") == ["a"]


def test_a_dot_in_a_name_alone_makes_no_overlay(tmp_path: Path) -> None:
    write(tmp_path / "orders.eu.yaml", TOPIC.format("a"))
    write(tmp_path / "other/orders.yaml", TOPIC.format("b"))
    assert names(tmp_path) == ["a", "b"]


def test_an_overlay_inside_is_known_whatever_its_ending(tmp_path: Path) -> None:
    write(tmp_path / "orders.v1.yaml", TOPIC.format("a"))
    write(tmp_path / "orders.v1.prod.yml", TOPIC.format("b"))
    with pytest.raises(ManifestInvalid, match=r"orders\.v1\.prod\.yml: looks like an overlay of orders\.v1\.yaml"):
        names(tmp_path)


def test_files_of_an_overlay_directory_may_have_dots(tmp_path: Path) -> None:
    write(tmp_path / "topics/a.yaml", TOPIC.format("a"))
    write(tmp_path / "topics.prod/b.yaml", "topics: {b: {}}\n")
    write(tmp_path / "topics.prod/b.c.yaml", "topics: {c: {}}\n")
    assert names(tmp_path / "topics", environment="prod") == ["a", "b", "c"]


@pytest.mark.parametrize("base", ["orders.yaml", "orders.yml", "orders"])
@pytest.mark.parametrize("ending", [".yaml", ".yml"])
def test_an_overlay_is_found_by_either_spelling(base: str, ending: str, tmp_path: Path) -> None:
    write(tmp_path / base / "topics.yaml" if base == "orders" else tmp_path / base, TOPIC.format("a"))
    write(tmp_path / f"orders.prod{ending}", "topics: {b: {}}\n")
    assert names(tmp_path / base, environment="prod") == ["a", "b"]


@pytest.mark.parametrize("base", ["orders.yaml", "orders.yml", "orders"])
def test_an_overlay_in_both_spellings_is_an_error_that_names_both(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(base, "topics.yaml") if base == "orders" else Path(base), TOPIC.format("a"))
    for ending in ("yaml", "yml"):
        write(Path(f"orders.prod.{ending}"), "topics: {b: {}}\n")
    with pytest.raises(ManifestInvalid) as raised:
        names(base, environment="prod")
    (problem,) = [each for each in raised.value.diagnostics if each.code == "two-overlays"]
    assert {"orders.prod.yaml", "orders.prod.yml"} < set(problem.message.split())


def test_one_overlay_linked_under_both_spellings_is_one(tmp_path: Path) -> None:
    write(tmp_path / "orders.yaml", TOPIC.format("a"))
    write(tmp_path / "orders.prod.yml", "topics: {b: {}}\n")
    (tmp_path / "orders.prod.yaml").symlink_to("orders.prod.yml")
    assert names(tmp_path / "orders.yaml", environment="prod") == ["a", "b"]


@pytest.mark.parametrize(
    ("asked", "there", "hint"),
    [
        ("topics.yaml", "topics.yml", "did you mean topics.yml?"),
        ("topics.yml", "topics.yaml", "did you mean topics.yaml?"),
        ("topics.yaml", "other.yaml", "give the path of the manifest, or run in its directory"),
        ("topics.json", "topics.yaml", "give the path of the manifest, or run in its directory"),
    ],
)
def test_a_missing_file_that_is_there_by_the_other_spelling_is_named(
    asked: str, there: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(there), TOPIC.format("a"))
    with pytest.raises(ManifestInvalid) as raised:
        names(asked)
    assert [each.hint for each in raised.value.diagnostics] == [hint]
