"""Pages of the documentation, run as somebody who types what they show.

A YAML block whose first line is a comment with a file name is written to that file. The commands of a console block
run in one shell, which goes from block to block. What is shown is standard output, and for a command that fails
without any, standard error: elsewhere that has progress, which depends on the machine. A block behind
``<!-- not run -->`` is passed over.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.command import environment

SERVERS, CLUSTER_ID = "127.0.0.1:9092", "4L6g3nShT-eMCtK--X86sw"
_BLOCK = re.compile(r"(?P<before>[^\n]*\n)```(?P<language>yaml|console)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?:[^\n]*\\\n)*[^\n]*\n", re.MULTILINE)
_FILE = re.compile(r"# (\S+\.yaml)\n")
_NOT_RUN = "<!-- not run -->"
_MARK = re.compile(r"=== the end of a command: (\d+)\n")
_MARK_BOTH = "_code=$?; echo === the end of a command: $_code | tee /dev/stderr; (exit $_code)"


def played(page: str, folder: Path, env: Mapping[str, str]) -> str:
    """The page as it is with the output that its commands have today."""
    script = _script(page)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],  # noqa: S607 - whichever bash there is, as for a reader
        cwd=folder,
        env=environment({**env, "PATH": path}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    outputs, errors = (_MARK.split(stream) for stream in (done.stdout, done.stderr))
    # Each is followed by the exit code of its command: text, code, text, code, ...
    shown = iter(
        error if not output and code != "0" else output
        for output, code, error in zip(outputs[::2], outputs[1::2], errors[::2], strict=False)
    )
    return _with_commands(page, lambda command: command + uniform(next(shown)))


def uniform(output: str) -> str:
    """An output with one address and one cluster id, which differ from run to run."""
    output = re.sub(r"127\.0\.0\.1:\d+", SERVERS, output)
    return re.sub(r"cluster [\w-]{22}(?=, \d+ broker)", f"cluster {CLUSTER_ID}", output)


def _script(page: str) -> str:
    lines: list[str] = []
    for block in _BLOCK.finditer(page):
        if _NOT_RUN in block["before"]:
            continue
        if block["language"] == "yaml":
            name = _FILE.match(block["text"])
            lines += [f"printf %s {shlex.quote(block['text'])} > {name[1]}"] if name else []
            continue
        for command in _COMMAND.findall(block["text"]):
            lines += [command.removeprefix("$ "), _MARK_BOTH]
    return "\n".join(lines)


def _with_commands(page: str, output_of: Callable[[str], str]) -> str:
    def shown(block: re.Match[str]) -> str:
        if _NOT_RUN in block["before"] or block["language"] == "yaml":
            return block[0]
        text = "".join(output_of(command) for command in _COMMAND.findall(block["text"]))
        return f"{block['before']}```console\n{text}```"

    return _BLOCK.sub(shown, page)
