"""A repository whose workflows run here, and the topics of one test on a real Kafka."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.ci.github import Event, GitHub
from tests.ci.origin import Origin
from tests.ci.runner import Job, run_job
from tests.support.command import PROJECT, RunReconciler

WORKFLOWS = PROJECT / ".github/workflows"


@dataclass
class World:
    """A repository with one environment, prod, whose topics begin with ``prefix``."""

    folder: Path
    github: GitHub
    origin: Origin
    prefix: str
    reconciler: RunReconciler
    kafka: Sandbox

    def manifest(self, **topics: str) -> str:
        """``topics.yaml``: the settings of each topic, or ``absent``."""
        lines = "".join(f"  {self.prefix}.{name}: {{{settings}}}\n" for name, settings in topics.items())
        return f"version: 1\ndefaults: {{partitions: 1}}\nscope: {{include: ['{self.prefix}.*']}}\ntopics:\n{lines}"

    def on_cluster(self, **topics: str) -> None:
        """Make the cluster have ``topics``."""
        (self.folder / "given.yaml").write_text(self.manifest(**topics))
        options = ["--bootstrap-server", self.kafka.bootstrap_servers, "--yes", "-q"]
        done = self.reconciler("apply", self.folder / "given.yaml", *options)
        assert done.code == 0, done.stderr

    def run(self, workflow: str | Path, event: Event, *, only: str | None = None) -> Job:
        """Run a job, by default that of the workflow's name, which has to run."""
        path = WORKFLOWS / f"{workflow}.yml" if isinstance(workflow, str) else workflow
        job = self.run_if_wanted(path, event, only=only or path.stem)
        assert job is not None
        return job

    def plan_only(self, event: Event) -> None:
        """Run the job ``plan`` for its artifact; nothing is shown to anybody, which takes half of the time."""
        before = self.github.replaced
        self.github.replaced = (*before, "Show the report")
        self.run("plan", event)
        self.github.replaced = before

    def run_if_wanted(self, path: Path, event: Event, *, only: str) -> Job | None:
        self.github.run += 1
        return run_job(self.github, path, event, self.folder / f"run-{self.github.run}", only=only)
