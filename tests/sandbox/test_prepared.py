"""What makes starts quick is made once, and a start does without it where it cannot be had."""

from __future__ import annotations

import fcntl
from pathlib import Path

import psutil
import pytest

from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.jars import CACHE, cache_folder
from tests.sandbox.left_over import folder_of
from tests.support.clients import AdminClient


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own cache folder that has Kafka's jars, and nothing else."""
    folder = tmp_path / CACHE
    folder.mkdir()
    (folder / "maven").symlink_to(cache_folder() / "maven")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return folder


def ids(sandbox: Sandbox) -> list[str]:
    """Cluster id and directory ids of the nodes."""
    texts = [file.read_text() for file in sorted(folder_of(sandbox).glob("node-*/data/meta.properties"))]
    lines = [dict(line.split("=") for line in text.splitlines() if "=" in line) for text in texts]
    assert [line["node.id"] for line in lines] == [str(broker.node_id) for broker in sandbox.brokers]
    (cluster_id,) = {line["cluster.id"] for line in lines}
    return [cluster_id, *(line["directory.id"] for line in lines)]


def archives(sandbox: Sandbox) -> set[str]:
    """The class archives of this package that the brokers have in use."""
    maps = [each.path for broker in sandbox.brokers for each in psutil.Process(broker.pid).memory_maps()]
    return {path for path in maps if path.endswith("/classes.jsa") and CACHE in path}


def test_clusters_have_ids_of_their_own(kafka: Sandbox, kafka3: Sandbox) -> None:
    every = [*ids(kafka), *ids(kafka3)]
    assert len(set(every)) == len(every) == 2 + 4
    for sandbox in (kafka, kafka3):
        told = AdminClient({"bootstrap.servers": sandbox.bootstrap_servers, "log_level": 0}).list_topics(timeout=60)
        assert told.cluster_id == ids(sandbox)[0]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="the memory map of a process is read")
def test_the_first_start_prepares_the_later_ones(cache: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        with start(progress=said.append) as sandbox:
            (archive,) = cache.glob("prepared/4.4.0-*/classes.jsa")
            assert archives(sandbox) == {str(archive)}
    assert said == ["preparing Apache Kafka 4.4.0 for quick starts (first start only)"]
    assert sorted(path.name for path in (cache / "prepared").iterdir()) == [archive.parent.name, "lock"]


def test_a_start_does_without_a_cache_that_cannot_be_written(cache: Path) -> None:
    (cache / "prepared").touch()
    with start() as sandbox:
        assert archives(sandbox) == set()
        assert ids(sandbox)


def test_a_start_does_not_wait_for_another_one_that_prepares(cache: Path) -> None:
    (cache / "prepared").mkdir()
    with (cache / "prepared/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with start() as sandbox:
            assert archives(sandbox) == set()
    assert [path.name for path in (cache / "prepared").iterdir()] == ["lock"]
