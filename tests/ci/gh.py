"""A stand-in for ``gh``: GitHub is a folder, and the token is the permissions of the job as JSON.

It refuses what the token does not permit, and what it does not know.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jq  # type: ignore[import-not-found,unused-ignore]  # it has no type information

BOT = "github-actions[bot]"
LEVELS = ("none", "read", "write")
OPTIONS = [
    *("json", "jq", "method", "field", "body-file", "name", "dir"),
    *("state", "label", "limit", "title", "comment", "description"),
]


class GitHub:
    """What is in the folder, and what the token permits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state: dict[str, Any] = json.loads((folder / "state.json").read_text())
        self.permissions = json.loads(os.environ["GH_TOKEN"])
        assert os.environ["GH_REPO"] == self.state["repository"]

    def need(self, scope: str, level: str) -> None:
        if LEVELS.index(self.permissions.get(scope, "none")) < LEVELS.index(level):
            sys.exit(f"gh: Resource not accessible by integration (HTTP 403): {scope}: {level}")

    def artifacts(self, name: str) -> list[dict[str, Any]]:
        """The newest first."""
        self.need("actions", "read")
        return [each for each in reversed(self.state["artifacts"]) if each["name"] == name]


def answer(asked: argparse.Namespace, github: GitHub) -> Any:
    """Do what was asked, and return what ``gh`` would print as JSON; ``None`` where that is nothing."""
    match asked.words:
        case ["pr", *_]:
            return _pull_request(asked, github)
        case ["issue" | "label", *_]:
            return _issue(asked, github)
        case ["repo", "view"]:
            return {"defaultBranchRef": {"name": "main"}}
        case ["run", "download", run]:
            found = next(each for each in github.artifacts(asked.name) if str(each["workflow_run"]["id"]) == run)
            shutil.copytree(github.folder / found["folder"], asked.dir)
            return None
        case ["api", address]:
            return _api(urlsplit(address), asked, github)
        case words:
            sys.exit(f"the stand-in for gh does not know {words}")


def _pull_request(asked: argparse.Namespace, github: GitHub) -> Any:
    comments = github.state["comments"]
    match asked.words:
        case ["pr", "view", number]:
            github.need("pull-requests", "read")
            url = f"https://github.example/pull/{number}#issuecomment-"
            return {
                "comments": [
                    {"body": each["body"], "url": f"{url}{each['id']}", "viewerDidAuthor": each["author"] == BOT}
                    for each in comments
                    if each["on"] == number
                ]
            }
        case ["pr", "comment", number]:
            github.need("pull-requests", "write")
            body = Path(asked.body_file).read_text()
            comments.append({"on": number, "id": 1000 + len(comments), "author": BOT, "body": body})
            return None
        case words:
            sys.exit(f"the stand-in for gh does not know {words}")


def _issue(asked: argparse.Namespace, github: GitHub) -> Any:
    issues = github.state["issues"]
    github.need("issues", "read" if asked.words[1] == "list" else "write")
    match asked.words:
        case ["issue", "list"]:
            return [each for each in issues if each["state"] == asked.state and asked.label in each["labels"]]
        case ["label", "create", name]:
            github.state["labels"].append(name)
        case ["issue", "create"]:
            assert asked.label in github.state["labels"], "could not add label: not found"
            new = {"number": 50 + len(issues), "title": asked.title, "labels": [asked.label], "state": "open"}
            issues.append({**new, "body": Path(asked.body_file).read_text(), "comments": []})
        case ["issue", "close", number]:
            _numbered(issues, number)["state"] = "closed"
            _numbered(issues, number)["comments"].append(asked.comment)
        case words:
            sys.exit(f"the stand-in for gh does not know {words}")
    return None


def _numbered(issues: list[dict[str, Any]], number: str) -> dict[str, Any]:
    return next(each for each in issues if str(each["number"]) == number)


def _api(address: Any, asked: argparse.Namespace, github: GitHub) -> Any:
    match address.path.removeprefix("repos/{owner}/{repo}/").split("/"):
        case ["issues", "comments", number] if asked.method == "PATCH" and asked.silent:
            github.need("pull-requests", "write")
            next(each for each in github.state["comments"] if str(each["id"]) == number).update(_field(asked))
            return None
        case ["issues", number] if asked.method == "PATCH" and asked.silent:
            github.need("issues", "write")
            _numbered(github.state["issues"], number).update(_field(asked))
            return None
        case ["commits", sha, "pulls"]:
            github.need("pull-requests", "read")
            return github.state["pulls"].get(sha, [])
        case ["actions", "artifacts"]:
            return {"artifacts": github.artifacts(*parse_qs(address.query)["name"])}
        case words:
            sys.exit(f"the stand-in for gh does not know {words}")


def _field(asked: argparse.Namespace) -> dict[str, str]:
    """What ``--field KEY=@FILE`` sends."""
    key, _, file = asked.field.partition("=@")
    return {key: Path(file).read_text()}


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("words", nargs="+")
    for option in OPTIONS:
        parser.add_argument(f"--{option}")
    for flag in ("silent", "force"):
        parser.add_argument(f"--{flag}", action="store_true")
    folder = Path(os.environ["GH_STAND_IN"])
    with (folder / "calls").open("a") as calls:
        calls.write(f"{json.dumps(sys.argv[1:])}\n")
    asked, github = parser.parse_intermixed_args(), GitHub(folder)
    answered = answer(asked, github)
    (folder / "state.json").write_text(json.dumps(github.state))
    if answered is not None:
        for each in jq.compile(asked.jq).input_value(answered):
            sys.stdout.write(f"{each if isinstance(each, str) else json.dumps(each)}\n")


if __name__ == "__main__":
    main()
