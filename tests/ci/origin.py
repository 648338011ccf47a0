"""A repository on GitHub: its branches, and its pull requests as GitHub offers them for checking out."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_AUTHOR = {f"GIT_{who}_{what}": "somebody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *arguments: str) -> str:
    """What git prints in ``folder``."""
    environ = {**os.environ, **_AUTHOR, **_NO_SETTINGS}
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {arguments}: {done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True)
class Origin:
    folder: Path

    @classmethod
    def with_files(cls, folder: Path, **files: str) -> Origin:
        """A repository whose branch ``main`` has ``files``, by their names without the ending."""
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch", "main")
        git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
        origin = cls(folder)
        origin.commit(**files)
        return origin

    @property
    def head(self) -> str:
        """The commit that is checked out, as a rule that of ``main``."""
        return git(self.folder, "rev-parse", "HEAD")

    def commit(self, **files: str) -> str:
        """Write ``files`` on the branch that is checked out; the new commit."""
        for name, text in files.items():
            (self.folder / f"{name.replace('_', '.')}.yaml").write_text(text)
        git(self.folder, "add", ".")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", "Change topics")
        return self.head

    def propose(self, number: int, branch: str, **files: str) -> str:
        """Open a pull request with ``files``, or push them to it; its last commit."""
        git(self.folder, "checkout", "--quiet", "-B", branch, "main")
        head = self.commit(**files)
        git(self.folder, "checkout", "--quiet", "--detach", "main")
        git(self.folder, "merge", "--quiet", "--no-ff", "--message", "Merge", branch)
        git(self.folder, "update-ref", f"refs/pull/{number}/merge", "HEAD")
        git(self.folder, "checkout", "--quiet", "main")
        return head

    def merge(self, number: int) -> str:
        """Merge a pull request into ``main``; the commit of the merge."""
        git(self.folder, "merge", "--quiet", "--no-ff", "--message", f"Merge {number}", f"refs/pull/{number}/merge^2")
        return self.head

    def check_out(self, workspace: Path, ref: str, depth: str) -> None:
        """What ``actions/checkout`` does."""
        workspace.mkdir()
        git(workspace, "init", "--quiet")
        git(workspace, "fetch", "--quiet", "--depth", depth, self.folder.as_uri(), ref)
        git(workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD")
