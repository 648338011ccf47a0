"""The pytest plugin, in projects of its users."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.sandbox.left_over import assert_nothing_left
from tests.support.command import PROJECT, environment

PAGE = (PROJECT / "docs/testing.md").read_text(encoding="utf-8")


@contextmanager
def running(project: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """pytest in ``project``, whose temporary files are there too."""
    env = {"TMPDIR": str(project), "KAFKA_SASL_PASSWORD": "of another cluster", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    inherited = {key: value for key, value in environment(env).items() if not key.startswith("PYTEST_")}
    with subprocess.Popen(
        command, cwd=project, env=inherited, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def output(project: Path, *arguments: str) -> str:
    with running(project, *arguments) as process:
        return process.communicate(timeout=250)[0]


def test_the_example_of_the_page_passes_on_several_workers(tmp_path: Path) -> None:
    files = re.findall(r"`([a-z_]+\.(?:py|yaml))`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert [name for name, _ in files] == ["orders.py", "topics.yaml", "test_orders.py"]
    for name, text in files:
        (tmp_path / name).write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    said = output(tmp_path, "-n", "2")
    assert " 2 passed in " in said, said
    assert list(tmp_path.glob("reconciler-sandbox-*")) == []


SETTINGS = """
import os
from confluent_kafka.admin import AdminClient

def test_settings(kafka_topics, kafka_sandbox):
    assert kafka_sandbox.kafka_version.startswith("4.1")
    assert len(kafka_sandbox.brokers) == 2
    assert os.environ["KAFKA_BOOTSTRAP_SERVERS"] == kafka_sandbox.bootstrap_servers
    assert "KAFKA_SASL_PASSWORD" not in os.environ
    there = AdminClient({"bootstrap.servers": kafka_sandbox.bootstrap_servers}).list_topics(timeout=60).topics
    assert {name: [len(it.partitions), len(it.partitions[0].replicas)] for name, it in there.items()} == {"a": [5, 2]}
    assert {name: topic.partitions for name, topic in kafka_topics.items()} == {"a": 5}

def test_it_is_there_until_the_end(kafka_sandbox):
    open("ready", "w").close()
    import time
    time.sleep(600)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/topics.yaml").write_text(
        "version: 1\ntopics:\n  a: {partitions: 1, replication_factor: 3, config: {min.insync.replicas: 3}}\n"
        "cluster: {id: 4L6g3nShT-eMCtK--X86sw, bootstrap_servers: 'elsewhere:9092'}\n"
        "policy: {limits: {creates: 0}, require: [owner]}\n"
    )
    (tmp_path / "deploy/topics.test.yaml").write_text("version: 1\ntopics: {a: {partitions: 5}}\n")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nkafka_sandbox_manifest = deploy/topics.yaml\nkafka_sandbox_version = 3.9\n"
        "kafka_sandbox_brokers = 2\n"
    )
    (tmp_path / "test_settings.py").write_text(SETTINGS)
    return tmp_path


@pytest.mark.parametrize("workers", ["0", "1"])
def test_options_precede_settings_and_nothing_outlives_pytest_when_that_is_killed(workers: str, project: Path) -> None:
    options = ["--kafka-sandbox-version=4.1", "--kafka-sandbox-environment", "test"]
    with running(project, "-n", workers, "-x", *options) as process:
        while not (project / "ready").exists():
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.05)
        below = psutil.Process(process.pid).children(recursive=True)
        assert len([each for each in below if "kafka.Kafka" in each.cmdline()]) == 2
        process.kill()
    assert_nothing_left(below, project)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("brokers=two", "kafka_sandbox_brokers: 'two' is not a number; write one from 1 to 6\n"),
        ("version=2.8", "error: the sandbox has no Kafka 2.8\n  available: 4.4.0, "),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(option: str, words: str, project: Path) -> None:
    said = output(project, f"--kafka-sandbox-{option}", "-k", "test_settings")
    assert f"\n{words}" in said
    assert "Traceback" not in said
    assert "pytest_plugin.py" not in said


def test_the_page_names_every_option(project: Path) -> None:
    (project / "test_settings.py").unlink()
    said = output(project, "--help")
    options = set(re.findall(r"--kafka-sandbox-[a-z]+", said))
    assert options == set(re.findall(r"--kafka-sandbox-[a-z]+", PAGE))
    assert {option[2:].replace("-", "_") for option in options} == set(re.findall(r"kafka_sandbox_[a-z]+", PAGE))


def test_pytest_loads_nothing_of_the_package_before_a_fixture_is_used() -> None:
    code = (
        "import sys, pytest; before = {*sys.modules}; import reconciler.pytest_plugin; print(*{*sys.modules} - before)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT).stdout
    assert set(said.split()) == {"reconciler", "reconciler.pytest_plugin"}
