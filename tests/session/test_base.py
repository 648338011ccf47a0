"""Which files are the base of a plan, by the path of the base and the files of the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reconciler.session.base import Manifest, ReadBase, read_base


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory, beside one with the target branch."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def base_from(
    written: Mapping[str, str], files: Sequence[str], environment: str | None = None, path: str = "../base"
) -> ReadBase:
    """The base in ``path`` for the manifest in ``files``; ``written`` has the topics in each file of the base."""
    for name, topics in written.items():
        file = Path("../base") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        listed = "".join(f"  {topic}: {{}}\n" for topic in topics.split())
        file.write_text(f"version: 1\ntopics:\n{listed or '  {}'}")
    return read_base(Path(path), Manifest(files=[*map(Path, files)], environment=environment))


def topics_in(found: ReadBase) -> list[str]:
    return [spec.name for spec in found.base.desired.topics]


ABSOLUTE = "{here}/topics.yaml"


@pytest.mark.parametrize(
    ("written", "files", "environment", "topics"),
    [
        ({"topics.yaml": "a", "other.yaml": "b"}, ["topics.yaml"], None, "a"),
        ({"topics.yaml": "a", "other.yaml": "b"}, [ABSOLUTE], None, "a"),
        ({"kafka/topics.yaml": "a", "topics.yaml": "b"}, ["kafka/topics.yaml"], None, "a"),
        ({"topics.yaml": "a", "b.yaml": "b"}, ["kafka/topics.yaml"], None, "a"),
        ({"topics.yaml": "a"}, ["../elsewhere/topics.yaml"], None, "a"),
        ({"topics.yaml": "a"}, ["topics.yaml", "new.yaml"], None, "a"),
        ({"one.yaml": "a", "deep/two.yml": "b"}, ["topics.yaml"], None, "a b"),
        ({"one.yaml": "a"}, ["-"], None, "a"),
        ({"topics/one.yaml": "a", "x.yaml": "b"}, ["topics"], None, "a"),
        ({"topics.yaml": "a", "topics.prod.yaml": "b"}, ["topics.yaml"], "prod", "a b"),
        ({"topics.yaml": "a", "topics.prod.yaml": "b"}, ["topics.yaml"], None, "a"),
        ({"topics/one.yaml": "a", "topics.prod/two.yaml": "b"}, ["topics"], "prod", "a b"),
        ({"one.yaml": "a"}, ["."], None, "a"),
    ],
)
def test_files_of_a_base(
    written: Mapping[str, str], files: Sequence[str], environment: str | None, topics: str
) -> None:
    found = base_from(written, [file.format(here=Path.cwd()) for file in files], environment)
    assert (topics_in(found), found.notes) == (topics.split(), ())
    assert found.base.path == "../base"


@pytest.mark.parametrize("marker", [".git", ".git/HEAD"])
def test_a_checkout_without_the_files_has_no_topics(marker: str) -> None:
    found = base_from({"compose.yaml": "a", marker: ""}, ["topics.yaml", "more.yaml"])
    assert (topics_in(found), found.base.digest) == ([], None)
    (note,) = found.notes
    assert str(note) == ("info: ../base has no topics.yaml and more.yaml: all changes count as those of this branch")


def test_an_environment_that_the_base_does_not_have_is_new() -> None:
    found = base_from({"topics.yaml": "a", "topics.dev.yaml": "b"}, ["topics.yaml"], "prod")
    assert (topics_in(found), found.base.digest) == ([], None)
    (note,) = found.notes
    assert note.message.startswith("no overlay for 'prod'; looked for ../base/topics.prod.yaml")


def test_a_file_is_the_base_whatever_the_manifest_is_called() -> None:
    found = base_from({"main.yaml": "a", "main.prod.yaml": "b"}, ["topics.yaml"], "prod", "../base/main.yaml")
    assert topics_in(found) == ["a", "b"]
