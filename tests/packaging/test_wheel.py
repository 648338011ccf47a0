"""What a user installs."""

from __future__ import annotations

import re
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.command import PROJECT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run("make", "--old-file=.venv/.installed", "dist", f"DIST={folder}", cwd=PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an empty environment into which the wheel was installed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    locked = re.findall(r"^[a-z0-9.-]+==[^ ;\\]+", (PROJECT / "requirements-dev.lock").read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(locked))
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--constraint", str(constraints), str(wheel), cwd=folder)
    return folder / "bin"


def run(*command: str, cwd: Path) -> str:
    # A checkout on PYTHONPATH would be tested in place of the wheel.
    clean = {key: value for key, value in environment().items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        "reconciler/py.typed",
        "reconciler/manifest/manifest.schema.json",
        *(f"reconciler/report/html/{name}" for name in ("macros.html", "page.css", "page.html", "page.js")),
        *(f"reconciler/schemas/{name}.schema.json" for name in ("topics", "overlay", "report")),
    } < set(names)
    assert any(re.fullmatch(r"reconciler/sandbox/locks/4\.4\.0\.\w+", name) for name in names)
    assert {name.split("/")[0] for name in names} == {"reconciler", "kafka_topic_reconciler-0.1.0.dist-info"}


def test_the_installed_command_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "reconciler")
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {partitions: 3}}\n")
    assert run(command, "--version", cwd=tmp_path) == "reconciler 0.1.0\n"
    assert run(command, "validate", cwd=tmp_path) == "topics.yaml: valid, 1 topic\n"
    for name in ("topics", "overlay", "report"):
        assert run(command, "schema", name, cwd=tmp_path) == (PROJECT / f"schemas/{name}.schema.json").read_text()
