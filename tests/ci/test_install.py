"""The step that installs the tool: from the checkout of the action, with locked dependencies, apart from everything."""

from __future__ import annotations

from pathlib import Path

from reconciler import __version__
from tests.ci.github import pull_request
from tests.ci.world import World


def test_the_tool_is_that_of_the_action_and_imports_nothing_of_the_repository(world: World) -> None:
    (world.github.commands / "reconciler").unlink()
    world.github.replaced = ()
    (world.origin.folder / "click.py").write_text("raise SystemExit('imported from the repository')")
    head = world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    job = world.run("plan", pull_request(7, "orders", head), only="validate")
    assert job.succeeded, job.log
    assert job.report["tool"]["version"] == __version__
    command = Path(job.environ["PATH"].partition(":")[0])
    assert [each.name for each in command.iterdir()] == ["reconciler"]
