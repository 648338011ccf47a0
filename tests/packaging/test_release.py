"""The shell steps of the release workflow, run as the runner runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from ruamel.yaml import YAML

import reconciler
from tests.support.command import PROJECT
from tests.support.other_commands import finish, run

JOBS = YAML(typ="safe").load(PROJECT / ".github/workflows/release.yml")["jobs"]
VERSION = reconciler.__version__
CHANGELOG = f"# Changelog\n\n## Unreleased\n\n- next\n\n## {VERSION} (2026-12-01)\n\n- this\n\n## 0.0.1\n\n- before\n"


def step(job: str, name: str) -> str:
    (script,) = (step["run"] for step in JOBS[job]["steps"] if step.get("name") == name)
    assert "${{" not in script
    return str(script)


def outputs(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


def runs(script: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return finish("bash", "-e", "-o", "pipefail", "-c", script, cwd=cwd, GITHUB_OUTPUT=str(cwd / "output"), **variables)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "reconciler").symlink_to(PROJECT / "reconciler")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def test_a_tag_that_is_the_version_is_released(checkout: Path) -> None:
    done = runs(step("build", "Compare the tag with the version"), checkout, GITHUB_REF_NAME=f"v{VERSION}")
    assert done.returncode == 0, done.stderr
    assert outputs(checkout) == {"version": VERSION}


@pytest.mark.parametrize("tag", [VERSION, "v9.9.9", f"v{VERSION}.1", "v"])
def test_any_other_tag_is_refused(checkout: Path, tag: str) -> None:
    done = runs(step("build", "Compare the tag with the version"), checkout, GITHUB_REF_NAME=tag)
    assert done.returncode == 1
    assert done.stdout == f"::error file=reconciler/__init__.py::the tag is {tag}, but the version is {VERSION}\n"
    assert not (checkout / "output").exists()


def test_the_notes_are_the_section_of_the_version(checkout: Path) -> None:
    done = runs(step("build", "Take the notes from the changelog"), checkout, VERSION=VERSION)
    assert done.returncode == 0, done.stderr
    assert (checkout / "release/notes.md").read_text().strip() == "- this"


def test_a_version_without_notes_is_not_released(checkout: Path) -> None:
    done = runs(step("build", "Take the notes from the changelog"), checkout, VERSION="0.0")
    assert done.returncode == 1
    assert "there is no section '## 0.0', or it is empty" in done.stdout


def test_the_image_is_named_after_the_owner_and_the_version(tmp_path: Path) -> None:
    script = step("image", "Name the image")
    runs(script, tmp_path, GITHUB_REPOSITORY_OWNER="Example-Org", VERSION="1.2.3")
    name = "ghcr.io/example-org/reconciler"
    assert outputs(tmp_path) == {"name": name, "tags": f"{name}:1.2.3,{name}:1.2"}


def test_a_release_candidate_moves_no_tag(tmp_path: Path) -> None:
    runs(step("image", "Name the image"), tmp_path, GITHUB_REPOSITORY_OWNER="example", VERSION="1.3.0rc1")
    assert outputs(tmp_path)["tags"] == "ghcr.io/example/reconciler:1.3.0rc1"


@pytest.mark.parametrize(("version", "more"), [("1.2.3", []), ("1.3.0rc1", ["--prerelease"])])
def test_the_release_has_the_built_files_the_sbom_and_the_notes(tmp_path: Path, version: str, more: list[str]) -> None:
    for name in ("dist/r.tar.gz", "dist/r.whl", "release/sbom.cdx.json", "release/notes.md", "bin/gh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch(mode=0o755)
    (tmp_path / "bin/gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > calls\n')
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    variables = {"GITHUB_REF_NAME": f"v{version}", "GITHUB_REPOSITORY": "example/topics", "VERSION": version}
    done = runs(step("release", "Create the release"), tmp_path, PATH=path, **variables)
    assert done.returncode == 0, done.stderr
    files = ["dist/r.tar.gz", "dist/r.whl", "release/sbom.cdx.json"]
    options = ["--repo", "example/topics", "--verify-tag", "--title", version, "--notes-file", "release/notes.md"]
    assert (tmp_path / "calls").read_text().splitlines() == [
        "release",
        "create",
        f"v{version}",
        *files,
        *options,
        *more,
    ]


def test_the_sbom_is_valid_and_lists_the_lock(tmp_path: Path) -> None:
    sbom = tmp_path / "sbom.cdx.json"
    run("make", "--old-file=.venv/.installed", "sbom", f"SBOM={sbom}", cwd=PROJECT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.read_text()) is None
    document: Any = json.loads(sbom.read_text())
    subject = document["metadata"]["component"]
    named = (subject["type"], subject["name"], subject["version"])
    assert named == ("application", "kafka-topic-reconciler", VERSION)
    locked = {line.split()[0] for line in (PROJECT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert {f"{part['name']}=={part['version']}" for part in document["components"]} == locked
    assert all(part["externalReferences"][0]["hashes"] for part in document["components"])


def test_everything_that_runs_is_pinned() -> None:
    uses = [step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in uses)
    options = [step.get("with", {}) for job in JOBS.values() for step in job["steps"]]
    images = [values[key] for values in options for key in ("image", "driver-opts") if key in values]
    assert len(images) == 2
    assert all(re.search(r":v?[\w.-]+@sha256:[0-9a-f]{64}$", image) for image in images)


def test_only_jobs_that_sign_or_publish_may_write() -> None:
    writes = {job: {key for key, value in JOBS[job]["permissions"].items() if value == "write"} for job in JOBS}
    assert writes == {
        "build": set(),
        "pypi": {"id-token"},
        "image": {"packages", "id-token", "attestations"},
        "release": {"contents", "id-token", "attestations"},
    }
    assert JOBS["pypi"]["environment"] == "pypi"
    assert all("pypi" in JOBS[job]["needs"] for job in ("image", "release"))
