"""Reports into places that this user may not write to: noticed before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.command import Finished, RunReconciler, report_at
from tests.support.ordinary_user import modes
from tests.wire.fake_kafka import FakeKafka

OLD = "the report before"
READ_ONLY, CLOSED = 0o555, 0

Run = Callable[..., Finished]


@pytest.fixture
def run(tmp_path: Path, ordinary_user: RunReconciler) -> Run:
    """Run a command with a report into a place of such modes, and one beside the manifest."""
    for folder in ("folder", "folder/inner"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "old.txt").write_text(OLD)
    (tmp_path / "link.txt").symlink_to("folder/new.txt")
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")

    def run_it(command: str, place: str, wanted: Mapping[str, int], kafka: FakeKafka) -> Finished:
        more = {"validate": [], "plan": ["--bootstrap-server", kafka.bootstrap_servers]}
        more["apply"] = [*more["plan"], "--yes"]
        with modes(tmp_path, wanted):
            return ordinary_user(command, *more[command], "--report", place, "--report", "report.json")

    return run_it


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        pytest.param("folder/new.txt", {"folder": READ_ONLY}, id="a read-only folder"),
        pytest.param("link.txt", {"folder": READ_ONLY}, id="through a link into a read-only folder"),
        pytest.param("folder/new.txt", {"folder": CLOSED}, id="a closed folder"),
        pytest.param("folder/inner/new.txt", {"folder": CLOSED}, id="a folder in a closed folder"),
        pytest.param("folder/old.txt", {"folder": CLOSED}, id="a file in a closed folder"),
        pytest.param(
            "folder/old.txt",
            {"folder/old.txt": 0o444, "folder": READ_ONLY},
            id="a read-only file in a read-only folder",
        ),
    ],
)
def test_a_report_that_may_not_be_written_ends_the_run_before_anything_is_done(
    command: str, place: str, wanted: Mapping[str, int], run: Run, tmp_path: Path
) -> None:
    with FakeKafka() as kafka:
        done = run(command, place, wanted, kafka)
        assert kafka.requests == []
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == f"error: cannot write the report to {place}: Permission denied\n"
    report = report_at(tmp_path / "report.json")
    assert report["run"]["exit_code"] == 1
    assert [each["code"] for each in report["diagnostics"]] == ["report-not-written"]
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["inner", "old.txt"]
    assert (tmp_path / "folder/old.txt").read_text() == OLD


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"folder": READ_ONLY}, id="a file of ours in a read-only folder"),
        pytest.param({"folder/old.txt": 0o444}, id="a read-only file in a folder of ours"),
    ],
)
def test_a_report_that_can_be_written_in_place_or_replaced_is(
    wanted: Mapping[str, int], run: Run, tmp_path: Path
) -> None:
    with FakeKafka() as kafka:
        done = run("apply", "folder/old.txt", wanted, kafka)
        assert list(kafka.topics) == ["a"]
    assert done.code == 0, done.stderr
    assert (tmp_path / "folder/old.txt").read_text().endswith("Apply: 1 topic applied, 0 unchanged.\n")
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["inner", "old.txt"]
