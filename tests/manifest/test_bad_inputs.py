"""Whatever is in a file: a message with its place, never a traceback, never out of bounds."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.manifest.bad_inputs import VALID, bad_inputs, broken_manifests
from tests.support.command import PROJECT, RunReconciler, environment

SEED = 20261124
MEMORY = 500 * 1024 * 1024

# Validates each file it is given in one process, which also shows that nothing is left over between them.
WORKER = """
import contextlib, io, json, sys
from reconciler.cli.main import main
for name in sys.stdin.read().splitlines():
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(["validate", "-f", name])
        except SystemExit as end:
            code = end.code
    print(json.dumps([name, code, out.getvalue(), err.getvalue()]), flush=True)
"""


def validate_all(inputs: Iterable[tuple[str, bytes]], folder: Path) -> list[tuple[str, int, str, str]]:
    """Name, exit code, standard output and standard error of each, all with bounded memory."""
    names = []
    for name, content in inputs:
        (folder / f"{name}.yaml").write_bytes(content)
        names.append(f"{name}.yaml")
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=folder,
        env=environment(),
        input="\n".join(names),
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
    )
    results: list[Any] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result[0] for result in results] == names, (
        f"it died after {results[-1][0]}: {done.returncode} {done.stderr}"
    )
    return [(name, code, stdout, stderr) for name, code, stdout, stderr in results]


def assert_explained(name: str, stderr: str) -> None:
    first = stderr.splitlines()[0]
    assert re.match(rf"({re.escape(name)}:\d+:\d+: (error|warning): .|error: {re.escape(name)}: .)", first), (
        name,
        first,
    )
    assert "Traceback" not in stderr
    assert "internal error" not in stderr
    assert len(stderr) < 200_000, name


def test_every_bad_input_is_refused_with_its_place(tmp_path: Path) -> None:
    inputs = list(bad_inputs())
    assert len(inputs) > 150
    for name, code, stdout, stderr in validate_all(inputs, tmp_path):
        assert (code, stdout) == (1, ""), (name, stderr)
        assert_explained(name, stderr)


def test_every_broken_manifest_is_valid_or_refused_with_its_place(tmp_path: Path) -> None:
    results = validate_all(broken_manifests(400, SEED), tmp_path)
    refused = [result for result in results if result[1] != 0]
    assert len(refused) > 200
    for name, code, stdout, stderr in refused:
        assert (code, stdout) == (1, ""), (name, stderr)
        assert_explained(name, stderr)


def test_what_is_broken_was_valid(tmp_path: Path) -> None:
    ((_, code, _, _),) = validate_all([("valid", VALID.encode())], tmp_path)
    assert code == 0


def test_a_socket_or_a_broken_link_is_said(tmp_path: Path, reconciler: RunReconciler) -> None:
    (tmp_path / "topics.yaml").symlink_to("nowhere.yaml")
    done = reconciler("validate")
    assert done.code == 1
    assert "topics.yaml: no such file" in done.stderr


def test_the_example_still_fits(reconciler: RunReconciler) -> None:
    assert reconciler("validate", cwd=PROJECT).code == 0
