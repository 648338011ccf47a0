"""GitLab, as far as the template uses it: its API, and a runner of jobs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.command import PROJECT

TEMPLATE = PROJECT / "examples/gitlab/kafka-topics.yml"
TOKEN, ME, SOMEBODY = "glpat-secret", {"id": 1}, {"id": 2}
_CONDITION = re.compile(r'\$(\w+) ([!=]=) (?:"([^"]*)"|\$(\w+))')
_VENV = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exec "{python}" "$@"
mkdir -p "$3/bin" && echo '#!/bin/sh' > "$3/bin/pip" && chmod +x "$3/bin/pip"
"""


@dataclass
class GitLab:
    """The notes of a merge request, and issues; the caches and artifacts of jobs."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    address: str = ""

    def note(self, body: str, author: Mapping[str, int] = SOMEBODY) -> dict[str, Any]:
        self.notes.append({"id": 10 + len(self.notes), "body": body, "author": author})
        return self.notes[-1]

    def answer(self, method: str, path: str, body: dict[str, str]) -> Any:
        """What GitLab answers; no other request is known."""
        match path.partition("?")[0].removeprefix("/").split("/"):
            case ["user"]:
                return ME
            case ["projects", "5", "merge_requests", "7", "notes", *number]:
                return self._notes(method, number, body)
            case ["projects", "5", "issues", *number]:
                return self._issues(method, number, body)
            case _:
                raise AssertionError(path)

    def _notes(self, method: str, number: list[str], body: dict[str, str]) -> Any:
        if method == "PUT":
            (note,) = [each for each in self.notes if [str(each["id"])] == number and each["author"] == ME]
            return note.update(body)
        return self.note(body["body"], ME) if method == "POST" else self.notes

    def _issues(self, method: str, number: list[str], body: dict[str, str]) -> Any:
        if method == "PUT":
            (issue,) = [each for each in self.issues if [str(each["iid"])] == number]
            return issue.update({"state": "closed"} if body.get("state_event") == "close" else body)
        if method == "POST":
            self.issues.append({"iid": 50 + len(self.issues), "author": ME, "state": "opened", **body})
        return [each for each in self.issues if each["state"] == "opened"]


@contextmanager
def served() -> Iterator[GitLab]:
    """GitLab, with its API on a port of this machine."""
    gitlab = GitLab()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            assert self.headers["PRIVATE-TOKEN"] == TOKEN
            length = int(self.headers.get("content-length") or 0)
            found = gitlab.answer(self.command, self.path, json.loads(self.rfile.read(length) or b"{}"))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - their names

        def log_message(self, *_arguments: Any) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gitlab.address = f"http://127.0.0.1:{server.server_port}"
        yield gitlab
        server.shutdown()


def jobs_of(variables: Mapping[str, str]) -> list[str]:
    """The jobs of a pipeline with ``variables``."""
    template = YAML(typ="safe").load(TEMPLATE)
    jobs = {name: job for name, job in template.items() if "rules" in job}
    return [name for name, job in jobs.items() if any(_holds(rule["if"], variables) for rule in job["rules"])]


def _holds(condition: str, variables: Mapping[str, str]) -> bool:
    for part in condition.split(" && "):
        found = _CONDITION.fullmatch(part)
        assert found is not None, f"not understood: {part}"
        name, operator, text, other = found.groups()
        equal = variables.get(name) == (variables.get(other) if other else text)
        if equal is not (operator == "=="):
            return False
    return True


def run_job(
    name: str, gitlab: GitLab, workspace: Path, commands: Path, variables: Mapping[str, str]
) -> tuple[int, str]:
    """Run a job in ``workspace`` as a runner does; its exit code and its log."""
    template = YAML(typ="safe").load(TEMPLATE)
    job = {**template[template[name]["extends"]], **template[name]}
    (commands / "python3").write_text(_VENV.format(python=sys.executable))
    (commands / "python3").chmod(0o755)
    environ = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GITLAB_TOKEN": TOKEN,
        "CI_API_V4_URL": gitlab.address,
        "CI_PROJECT_ID": "5",
        "CI_PROJECT_DIR": str(workspace),
        **template["variables"],
        **variables,
    }
    kept = job.get("cache", {}).get("paths", [])
    for file in kept:
        if file in gitlab.kept:
            (workspace / file).write_bytes(gitlab.kept[file])
    code, log = _shell([*job["before_script"], *job["script"]], workspace, environ)
    after, more = _shell(job["after_script"], workspace, environ)
    assert after == 0, more
    for file in kept:
        if (workspace / file).exists():
            gitlab.kept[file] = (workspace / file).read_bytes()
    assert all((workspace / path).exists() for path in job["artifacts"]["paths"])
    return code, log + more


def _shell(lines: list[str], workspace: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-eo", "pipefail"],  # noqa: S607 - whichever bash there is, as on a runner
        cwd=workspace,
        env=environ,
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout
