"""The pytest plugin: a real Kafka with the topics of a manifest, for the tests of a service.

pytest imports this module in every project that has the package, so it imports nothing else until a fixture is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reconciler.model import TopicSpec
    from reconciler.sandbox import Sandbox

_MANIFEST = "topics.yaml"
_SETTINGS = {
    "kafka_sandbox_environment": "Environment of the manifest, such as test: adds topics.test.yaml.",
    "kafka_sandbox_version": "Kafka version of kafka_sandbox, such as 4.1. Default: the newest.",
    "kafka_sandbox_brokers": "Number of brokers of kafka_sandbox, 1 to 6. Default: 1.",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and ini settings of the same names; an option takes precedence."""
    group = parser.getgroup("kafka-sandbox", "Kafka for tests (kafka-topic-reconciler)")
    manifest = f"Manifest of kafka_topics: a file or a directory. Default: {_MANIFEST}"
    group.addoption("--kafka-sandbox-manifest", action="append", metavar="PATH", help=f"{manifest}. Repeatable.")
    parser.addini("kafka_sandbox_manifest", f"{manifest}.", type="paths", default=[])
    for name, meaning in _SETTINGS.items():
        group.addoption(f"--{name.replace('_', '-')}", metavar=name.rpartition("_")[2].upper(), help=meaning)
        parser.addini(name, meaning, default="")


@pytest.fixture(scope="session")
def kafka_sandbox(pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """A real Kafka on this machine, for the whole session. KAFKA_BOOTSTRAP_SERVERS has its address meanwhile.

    With pytest-xdist, each worker that asks for it has its own.
    """
    from reconciler.sandbox import start  # noqa: PLC0415 - see the docstring of the module
    from reconciler.sandbox.environment import environment_for  # noqa: PLC0415 - likewise
    from reconciler.sandbox.versions import DEFAULT_VERSION  # noqa: PLC0415 - likewise

    version = _setting(pytestconfig, "kafka_sandbox_version") or DEFAULT_VERSION
    with ExitStack() as stack:
        with _problems_as_failures():
            sandbox = stack.enter_context(start(brokers=_brokers(pytestconfig), kafka_version=version))
        stack.enter_context(_environment(environment_for(sandbox.bootstrap_servers, os.environ)))
        yield sandbox


@pytest.fixture(scope="session")
def kafka_topics(kafka_sandbox: Sandbox, pytestconfig: pytest.Config) -> Mapping[str, TopicSpec]:
    """The manifest's topics by name, created in ``kafka_sandbox``; the tests of the session share them.

    No topic has more replicas than there are brokers.
    """
    from reconciler.service.sandbox_topics import create, topics_for  # noqa: PLC0415 - see the docstring of the module

    with _problems_as_failures():
        environment = _setting(pytestconfig, "kafka_sandbox_environment")
        topics = topics_for(kafka_sandbox, _manifest(pytestconfig), environment, os.environ)
        create(topics, kafka_sandbox)
    return {topic.name: topic for topic in topics}


@pytest.fixture
def empty_kafka_topics(kafka_sandbox: Sandbox, kafka_topics: Mapping[str, TopicSpec]) -> Mapping[str, TopicSpec]:
    """The same topics without records and without committed offsets: deleted and created again before each test."""
    from reconciler.service.sandbox_topics import create_again  # noqa: PLC0415 - see the docstring of the module

    with _problems_as_failures():
        create_again(kafka_topics.values(), kafka_sandbox)
    return kafka_topics


def _setting(config: pytest.Config, name: str) -> str | None:
    """The option, or else the ini setting; ``None`` where neither is given."""
    return config.getoption(name) or config.getini(name) or None


def _manifest(config: pytest.Config) -> list[Path]:
    """The manifest; a path of an option is relative to the working directory, one of the ini file to that file."""
    options = config.getoption("kafka_sandbox_manifest") or ()
    given = [config.invocation_params.dir / path for path in options]
    return given or config.getini("kafka_sandbox_manifest") or [config.rootpath / _MANIFEST]


def _brokers(config: pytest.Config) -> int:
    number = _setting(config, "kafka_sandbox_brokers") or "1"
    if not number.isdecimal():
        from reconciler.printable import quoted  # noqa: PLC0415 - as the module's first words say

        pytest.fail(f"kafka_sandbox_brokers: {quoted(number)} is not a number; write one from 1 to 6", pytrace=False)
    return int(number)


@contextmanager
def _problems_as_failures() -> Iterator[None]:
    """Show what the user can mend without a traceback."""
    from reconciler.errors import ReconcilerError  # noqa: PLC0415 - see the docstring of the module

    try:
        yield
    except ReconcilerError as error:
        pytest.fail(str(error), pytrace=False)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Have these environment variables and no others within the block."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
