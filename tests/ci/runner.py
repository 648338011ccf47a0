"""Runs a job of a workflow as GitHub does: conditions, steps of actions, variables, files, workflow commands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.ci.expressions import filled, holds
from tests.ci.github import Event, GitHub
from tests.support.command import PROJECT

OURS = ("./", "OWNER/reconciler@COMMIT")
_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


@dataclass
class Job:
    """A job while it runs, and what came of it."""

    github: GitHub
    event: Event
    folder: Path
    permissions: Mapping[str, str]
    contexts: dict[str, Any]
    environ: dict[str, str]
    log: str = ""
    passwords: set[str] = field(default_factory=set)
    succeeded: bool = True

    @property
    def summary(self) -> str:
        return _text(self.folder / "GITHUB_STEP_SUMMARY")

    @property
    def outputs(self) -> Mapping[str, str]:
        """Of the action."""
        found: Mapping[str, str] = self.contexts["steps"]["reconciler"]["outputs"]
        return found

    @property
    def report(self) -> Any:
        """The JSON report."""
        return json.loads(Path(self.outputs["report"]).read_text())

    @property
    def annotations(self) -> list[str]:
        """Lines of the log that GitHub takes for commands, but for those that stop and resume them."""
        found, stop = [], None
        for line in map(str.strip, self.log.splitlines()):
            if stop is None and line.startswith("::stop-commands::"):
                stop = line.removeprefix("::stop-commands::")
            elif stop is not None and line == f"::{stop}::":
                stop = None
            elif stop is None and (line.startswith("::") or "##[" in line):
                found.append(line)
        assert stop is None
        return found


def run_job(github: GitHub, workflow: Path, event: Event, folder: Path, *, only: str) -> Job | None:
    """Run the job ``only`` of ``workflow``; ``None`` where its condition does not hold."""
    document = YAML(typ="safe").load(workflow)
    assert event.name in _events(document["on"])
    job = document["jobs"][only]
    secrets = {} if event.is_from_fork else github.secrets
    contexts: dict[str, Any] = {
        "github": event.context(github),
        "vars": {**github.variables, "KAFKA_BOOTSTRAP_SERVERS": github.bootstrap_servers},
        "secrets": secrets,
        "steps": {},
        "env": {},
    }
    if not holds(job.get("if"), contexts):
        return None
    folder.mkdir()
    permissions = job.get("permissions", document["permissions"])
    token = {scope: "read" if event.is_from_fork else level for scope, level in permissions.items()}
    contexts["github"]["token"] = json.dumps(token)
    running = Job(github, event, folder, token, contexts, _environment(github, event, folder))
    for step in job["steps"]:
        _step({**step, "id": "reconciler"} if step["uses"] in OURS else step, running, running.contexts)
    return running


def _events(trigger: Any) -> list[str]:
    return [trigger] if isinstance(trigger, str) else list(trigger)


def _environment(github: GitHub, event: Event, folder: Path) -> dict[str, str]:
    """The variables that every step has; those of the machine that tests run on are not among them."""
    temp, workspace = folder / "temp", folder / "workspace"
    temp.mkdir()
    (folder / "event.json").write_text(json.dumps(event.payload))
    return {
        "PATH": f"{github.commands}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event.name,
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_SHA": event.sha,
        "GITHUB_REF": event.ref,
        "GITHUB_HEAD_REF": event.branch,
        "GITHUB_REPOSITORY": github.repository,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_RUN_ID": str(github.run),
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(temp),
        "GH_STAND_IN": str(github.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        **github.machine,
    }


def _step(step: Mapping[str, Any], job: Job, contexts: dict[str, Any], action: Path | None = None) -> None:
    """Run a step, unless its condition keeps it from running; failing makes the job fail."""
    if not holds(step.get("if"), contexts, succeeded=job.succeeded):
        return
    env = {name: filled(value, contexts) for name, value in step.get("env", {}).items()}
    given = {name: filled(value, contexts) for name, value in step.get("with", {}).items()}
    inner = {**contexts, "env": {**contexts["env"], **env}}
    if "run" in step:
        outputs = _shell(step, job, {**job.environ, **inner["env"]}, action)
    elif step["uses"] in OURS:
        outputs = _composite(job, inner, given)
    else:
        outputs = _other_action(step["uses"].partition("@")[0], job, given)
    contexts["steps"][step.get("id", "")] = {"outputs": outputs}


def _composite(job: Job, contexts: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Run the project's own action."""
    document = YAML(typ="safe").load(PROJECT / "action.yml")
    assert set(given) <= set(document["inputs"])
    defaults = {name: filled(entry.get("default", ""), contexts) for name, entry in document["inputs"].items()}
    inner = {"github": contexts["github"], "env": contexts["env"], "steps": {}, "inputs": {**defaults, **given}}
    for step in document["runs"]["steps"]:
        _step(step, job, inner, PROJECT)
    return {name: filled(entry["value"], inner) for name, entry in document["outputs"].items()}


def _shell(step: Mapping[str, Any], job: Job, environ: dict[str, str], action: Path | None) -> dict[str, str]:
    """Run the commands of a step; its outputs."""
    if step.get("name") in job.github.replaced:
        return {}
    job.passwords.add(environ.get("KAFKA_SASL_PASSWORD", ""))
    script = job.folder / "step.sh"
    script.write_text(step["run"])
    files = {name: str(job.folder / name) for name in _FILES}
    for name in ("GITHUB_OUTPUT", "GITHUB_ENV"):
        Path(files[name]).write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],  # noqa: S607 - likewise
        cwd=job.environ["GITHUB_WORKSPACE"],
        env={**job.github.adapted(environ), **files, "GITHUB_ACTION_PATH": str(action)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    job.log += done.stdout
    job.succeeded = job.succeeded and done.returncode == 0
    for folder in _text(Path(files["GITHUB_PATH"])).splitlines():
        job.environ["PATH"] = f"{folder}:{job.environ['PATH']}"
    assert _text(Path(files["GITHUB_ENV"])) == "", "it would change the steps of others"
    return dict(_pairs(_text(Path(files["GITHUB_OUTPUT"]))))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.partition("=")
        yield name, value


def _other_action(name: str, job: Job, given: Mapping[str, str]) -> dict[str, str]:
    match name:
        case "actions/checkout":
            assert given["persist-credentials"] == "false"
            workspace = Path(job.environ["GITHUB_WORKSPACE"])
            job.github.origin.check_out(workspace, job.event.ref, given.get("fetch-depth", "1"))
            return {}
        case "actions/setup-python":
            assert given["update-environment"] == "false"
            return {"python-path": job.github.python}
        case "actions/upload-artifact":
            if Path(given["path"]).is_dir():
                job.github.keep_artifact(given["name"], Path(given["path"]), job.event)
            return {}
        case _:
            raise AssertionError(f"{name} is not known here")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
