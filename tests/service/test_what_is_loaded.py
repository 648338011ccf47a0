"""What a program loads that imports the package: nothing, until it uses a name."""

from __future__ import annotations

import subprocess
import sys

import reconciler
import reconciler.service
from tests.support.command import PROJECT, environment


def loaded_by(code: str) -> set[str]:
    """The modules that ``code`` loads, beyond those of Python itself and of importlib."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, importlib; before = {{*sys.modules}}; {code}; print(*{{*sys.modules}} - before)",
        ],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert loaded_by("import reconciler") == {"reconciler"}


def test_a_health_monitor_loads_nothing_that_writes() -> None:
    loaded = loaded_by("from reconciler.service import HealthMonitor")
    assert "reconciler.service.monitor" in loaded
    assert not {name for name in loaded if name.startswith(("reconciler.apply", "reconciler.cluster.writer", "click"))}


def test_every_name_that_is_offered_can_be_imported() -> None:
    for package in (reconciler, reconciler.service):
        assert set(package.__all__) <= set(dir(package))
        assert all(getattr(package, name) is not None for name in package.__all__)
