"""GitHub, as far as the workflows use it: a repository, events, artifacts, comments and issues."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ci.origin import Origin
from tests.support.command import PROJECT

REPOSITORY = "acme/topics"
INSTALL = "Install reconciler"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What starts a workflow."""

    name: str
    sha: str
    ref: str = "refs/heads/main"
    branch: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> Mapping[str, Any]:
        """The head of the pull request."""
        found: Mapping[str, Any] = self.payload["pull_request"]["head"]
        return found

    @property
    def is_from_fork(self) -> bool:
        return self.name == "pull_request" and self.head["repo"]["full_name"] != REPOSITORY

    def context(self, github: GitHub) -> dict[str, Any]:
        return {
            "event_name": self.name,
            "event": self.payload,
            "repository": github.repository,
            "ref": self.ref,
            "sha": self.sha,
        }


MERGE = "5" * 40
"""The merge of a pull request into its target, which GitHub tries."""


def pull_request(number: int, branch: str, head: str, *, title: str = "Change", fork: bool = False) -> Event:
    repo = {"full_name": "stranger/topics" if fork else REPOSITORY}
    payload = {"number": number, "title": title, "head": {"sha": head, "ref": branch, "repo": repo}}
    return Event(
        name="pull_request",
        sha=MERGE,
        ref=f"refs/pull/{number}/merge",
        branch=branch,
        payload={"pull_request": payload},
    )


@dataclass
class GitHub:
    """``folder`` has what ``gh`` sees.

    ``replaced`` are the names of steps that are done already, ``machine`` are variables of the runner.
    """

    folder: Path
    origin: Origin
    commands: Path
    bootstrap_servers: str
    python: str = sys.executable
    repository: str = REPOSITORY
    replaced: tuple[str, ...] = (INSTALL,)
    run: int = 100
    machine: Mapping[str, str] = field(default_factory=dict)
    knows_passwords: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "KAFKA_PLAN_PASSWORD": "hunter1/plan",
            "KAFKA_APPLY_PASSWORD": "hunter2/apply",
            "KAFKA_DRIFT_PASSWORD": "hunter3/drift",
        }
    )

    def __post_init__(self) -> None:
        self.folder.mkdir()
        keys = ("comments", "issues", "labels", "artifacts")
        self._write({"repository": self.repository, "pulls": {}, **{key: [] for key in keys}})

    @property
    def state(self) -> Any:
        return json.loads((self.folder / "state.json").read_text())

    @property
    def comments(self) -> list[str]:
        return [each["body"] for each in self.state["comments"]]

    @property
    def issues(self) -> list[Any]:
        found: list[Any] = self.state["issues"]
        return found

    @property
    def calls(self) -> str:
        """The command lines of ``gh``."""
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def everything_shown(self, *more: str) -> str:
        """What anybody can see who can see the repository, and ``more``."""
        artifacts = [file.read_text() for file in (self.folder / "artifacts").rglob("*") if file.is_file()]
        return "\n".join([*more, self.calls, *self.comments, *(each["body"] for each in self.issues), *artifacts])

    def adapted(self, environ: Mapping[str, str]) -> dict[str, str]:
        """``environ`` for the cluster, which may know no passwords."""
        if self.knows_passwords:
            return dict(environ)
        return {name: value for name, value in environ.items() if not name.startswith(("KAFKA_SASL", "KAFKA_SECURITY"))}

    def comment(self, number: int, author: str, body: str) -> None:
        state = self.state
        new = {"on": str(number), "id": 500 + len(state["comments"]), "author": author, "body": body}
        self._write({**state, "comments": [*state["comments"], new]})

    def merged(self, sha: str, event: Event) -> None:
        """Let ``sha`` be the merge of the pull request of ``event``."""
        state = self.state
        pull = {"merge_commit_sha": sha, "head": event.head}
        self._write({**state, "pulls": {**state["pulls"], sha: [pull]}})

    def keep_artifact(self, name: str, folder: Path, event: Event) -> None:
        state = self.state
        kept = f"artifacts/{len(state['artifacts'])}"
        shutil.copytree(folder, self.folder / kept)
        of_pull_request = event.name == "pull_request"
        run = {
            "id": self.run,
            "repository_id": 1,
            "head_repository_id": 2 if event.is_from_fork else 1,
            "head_branch": event.branch if of_pull_request else "main",
            "head_sha": event.head["sha"] if of_pull_request else event.sha,
        }
        new = {"name": name, "expired": False, "folder": kept, "workflow_run": run}
        self._write({**state, "artifacts": [*state["artifacts"], new]})

    def let_runs_be_of_a_fork(self) -> None:
        """Let the artifacts that there are be those of runs of another repository."""
        state = self.state
        for each in state["artifacts"]:
            each["workflow_run"]["head_repository_id"] = 2
        self._write(state)

    def artifact(self, name: str) -> Path:
        """The folder of the newest artifact of that name."""
        found = [each for each in self.state["artifacts"] if each["name"] == name]
        return Path(self.folder / found[-1]["folder"])

    def _write(self, state: Mapping[str, Any]) -> None:
        (self.folder / "state.json").write_text(json.dumps(state))


def put_commands(folder: Path) -> Path:
    """A folder with the commands that a runner has, or that the action installs."""
    folder.mkdir()
    programs = {
        "gh": str(PROJECT / "tests/ci/gh.py"),
        "jq": str(PROJECT / "tests/ci/jq_command.py"),
        "reconciler": "-m reconciler",
    }
    for name, program in programs.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -I {program} "$@"\n')
        (folder / name).chmod(0o755)
    return folder
