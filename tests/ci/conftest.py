"""A repository on GitHub whose workflows run here, against a real Kafka."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.sandbox import Sandbox
from tests.ci.github import GitHub, put_commands
from tests.ci.origin import Origin
from tests.ci.world import World
from tests.support.command import PROJECT, RunReconciler

_NUMBERS = itertools.count()


@pytest.fixture
def world(tmp_path: Path, kafka: Sandbox, reconciler: RunReconciler) -> World:
    prefix = f"ci{next(_NUMBERS)}"
    empty = f"version: 1\nscope: {{include: ['{prefix}.*']}}\ntopics: {{}}\n"
    origin = Origin.with_files(tmp_path / "origin", topics=empty, topics_prod="topics: {}\n")
    github = GitHub(tmp_path / "github", origin, put_commands(tmp_path / "bin"), kafka.bootstrap_servers)
    return World(tmp_path, github, origin, prefix, reconciler, kafka)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[..., Path]:
    """Write the example of a workflow for another repository, with another environment or command."""

    def write(name: str, world: World, **replaced: str) -> Path:
        text = (PROJECT / f"examples/github/{name}.yml").read_text()
        for old, new in {"kafka-1.example:9093": world.kafka.bootstrap_servers, **replaced}.items():
            assert old in text
            text = text.replace(old, new)
        assert YAML(typ="safe").load(text)
        path = tmp_path / f"{name}.yml"
        path.write_text(text)
        return path

    return write
