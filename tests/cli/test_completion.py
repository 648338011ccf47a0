"""Completion, through the shells that there are: Tab on a command line suggests what could come next."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.completion import SHELLS
from tests.support.command import RunReconciler, environment

MANIFEST = "version: 1\ntopics:\n  orders: {description: Incoming}\n  orders.dlq: {}\n  payments: {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a manifest, two overlays, and the command on the path."""
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    (tmp_path / "other.yaml").write_text("version: 1\ntopics: {elsewhere: {}}\n")
    for name in ("topics.dev.yaml", "topics.prod.yaml", "other.test.yaml"):
        (tmp_path / name).write_text("topics: {}\n")
    return tmp_path


def suggested(folder: Path, line: str, *, stdin: str = "") -> list[str]:
    """What bash suggests for ``line``, whose last word is the one being typed."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    program = folder / "bin/reconciler"
    program.parent.mkdir()
    program.write_text(f"#!{bash}\nexec '{sys.executable}' -m reconciler \"$@\"\n")
    program.chmod(0o755)
    words = line.split(" ")
    script = (
        f"PATH='{program.parent}':$PATH\n"
        'eval "$(reconciler completion bash)"\n'
        f"COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}\n"
        "_reconciler_completion reconciler\n"
        "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        [bash, "--norc", "-c", script],
        cwd=folder,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("reconciler comp", ["compare", "completion"]),
        ("reconciler plan -e ", ["dev", "prod"]),
        ("reconciler plan -e p", ["prod"]),
        ("reconciler plan other.yaml -e ", ["test"]),
        ("reconciler apply --only or", ["orders", "orders.dlq"]),
        ("reconciler apply -f other.yaml --only ", ["elsewhere"]),
        ("reconciler explain pay", ["payments"]),
        ("reconciler validate --environment=d", ["dev"]),
    ],
)
def test_names_are_suggested(line: str, names: list[str], folder: Path) -> None:
    assert suggested(folder, line) == names


@pytest.mark.parametrize("manifest", [None, "topics: [\n", "version: 1\ntopics: {a: {partitions: 0}}\n"])
def test_a_manifest_that_cannot_be_loaded_is_no_reason_to_disturb(manifest: str | None, tmp_path: Path) -> None:
    if manifest is not None:
        (tmp_path / "topics.yaml").write_text(manifest)
    assert suggested(tmp_path, "reconciler plan --only ") == []


def test_standard_input_is_left_alone(folder: Path) -> None:
    assert suggested(folder, "reconciler plan - --only ", stdin=MANIFEST) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_is_printed_and_valid(shell: str, folder: Path, reconciler: RunReconciler) -> None:
    done = reconciler("completion", shell)
    assert (done.code, done.stderr) == (0, "")
    assert f"_RECONCILER_COMPLETE={shell}_complete" in done.stdout
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=done.stdout, text=True, check=True, cwd=folder)


def test_an_unknown_shell_is_wrong_usage(reconciler: RunReconciler) -> None:
    done = reconciler("completion", "tcsh")
    assert done.code == 64
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr
