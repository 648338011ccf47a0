"""The wheel and the source archive."""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.support.command import PROJECT
from tests.support.other_commands import run


def wheel_in(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_the_package_its_data_and_nothing_else(dist: Path) -> None:
    names = zipfile.ZipFile(wheel_in(dist)).namelist()
    assert {
        "reconciler/py.typed",
        "reconciler/manifest/manifest.schema.json",
        *(f"reconciler/report/html/{name}" for name in ("macros.html", "page.css", "page.html", "page.js")),
        *(f"reconciler/schemas/{name}.schema.json" for name in ("topics", "overlay", "report")),
    } < set(names)
    assert any(re.fullmatch(r"reconciler/sandbox/locks/4\.4\.0\.\w+", name) for name in names)
    assert {name.split("/")[0] for name in names} == {"reconciler", "kafka_topic_reconciler-0.1.0.dist-info"}


def test_a_second_build_gives_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    run("make", "--old-file=.venv/.installed", "dist", f"DIST={tmp_path}", cwd=PROJECT)
    built = {path.name: path.read_bytes() for path in dist.iterdir()}
    assert len(built) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == built


def test_the_source_archive_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as sources:
        sources.extractall(tmp_path, filter="data")
    (checkout,) = tmp_path.iterdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist"), cwd=checkout)
    assert wheel_in(tmp_path / "dist").read_bytes() == wheel_in(dist).read_bytes()
