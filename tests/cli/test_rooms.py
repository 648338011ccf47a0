"""What reads cannot write: the import contract, seen from a running process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PROJECT, environment

CODE = """
import sys
from reconciler.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*(name for name in sys.modules if name.startswith(("reconciler.apply", "reconciler.cluster.writer"))))
"""


@pytest.mark.parametrize(
    "arguments", [["validate"], ["plan", "--bootstrap-server", "127.0.0.1:1", "--timeout", "0.1"], ["schema", "topics"]]
)
def test_a_reading_command_never_loads_the_writer(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == ""
