"""What every test may use: the command as a process, and golden files."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from reconciler.cli.logs import ROOT
from reconciler.sandbox import Sandbox, start
from reconciler.sandbox.jars import MIRROR
from tests.support import in_process
from tests.support.clients import end_dropped
from tests.support.command import RunReconciler, process_runner
from tests.support.ordinary_user import as_ordinary_user
from tests.support.secured import Secured, secured_cluster

# The same examples on every machine: a test that fails only sometimes is a defect.
settings.register_profile("project", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


# Started by nohup, this process ignores SIGHUP, and all that it starts would too; a handler is not passed on.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)


# Started in the background by a script, it ignores SIGINT likewise.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What would steer the command under test, in this process or in one of its own. A mirror only says where jars are.
STEERING = ("KAFKA_", "RECONCILER_", "CI_COMMIT_SHA", "GITHUB_SHA", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
for name in [name for name in os.environ if name.startswith(STEERING) and name != MIRROR]:
    del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is there now into the golden files")


SHARED = {"kafka3": "three brokers", "secured_kafka": "the cluster that is locked down"}
"""Fixtures whose cluster is to run once, and the name of the group of the tests that use it."""
FIRST = tuple(
    f"tests/{folder}"
    for folder in (
        "broker",
        "chaos",
        "ci",
        "converge",
        "history",
        "impact",
        "packaging",
        "reassignment",
        "sandbox",
        "together",
        "docs",
        "cli",
    )
)
"""Folders that begin before the others, so that no worker is left alone with a long module in the end."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Keep the order that was drawn, apart from that.

    A module stays on one worker, and so do all tests on the same large cluster: every worker would start its own.
    """
    yield
    items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in FIRST])
    if config.getoption("loadgroup", default=False):
        for item in items:
            fixtures = item.fixturenames if isinstance(item, pytest.Function) else ()
            shared = next((group for name, group in SHARED.items() if name in fixtures), None)
            _put_in_group(item, shared or item.nodeid.partition("::")[0])


def _put_in_group(item: pytest.Item, group: str) -> None:
    """Put ``group`` into the id, where the scheduler of pytest-xdist looks for it.

    For its own mark pytest-xdist 3.8 does that in an attribute that pytest 9.2 no longer has, without an error.
    """
    name = f"{item.nodeid}@{group}"
    if hasattr(item, "_id"):
        item._id = type(item._id).parse(name)
    else:
        item._nodeid = name  # type: ignore[attr-defined]  # of older ones
    assert item.nodeid == name, "this pytest has the id in another place"


@pytest.fixture(autouse=True)
def _no_test_waits_for_a_client() -> Iterator[None]:
    """Clients that a test made, or one before it, end aside."""
    yield
    end_dropped()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """The command sends log lines to standard error only; later tests would not see those of other code."""
    logger = logging.getLogger(ROOT)
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers
    yield
    logger.setLevel(level)
    logger.propagate, logger.handlers = propagate, handlers


@pytest.fixture
def reconciler(tmp_path: Path) -> RunReconciler:
    """Run the command in this process; every report it writes is held against the published schema."""
    return in_process.runner(tmp_path)


@pytest.fixture
def reconciler_process(tmp_path: Path) -> RunReconciler:
    """The same as a process of its own, for what only that can show: what Python and libraries read as they start."""
    return process_runner(tmp_path)


@pytest.fixture
def ordinary_user(tmp_path: Path) -> RunReconciler:
    """The same, run by a user who may only read and write what the modes of files allow."""
    return process_runner(tmp_path, as_ordinary_user(tmp_path))


@pytest.fixture(scope="session")
def kafka() -> Iterator[Sandbox]:
    """A real Kafka of one broker, for all tests; topics of different tests have different names."""
    with start() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def kafka3() -> Iterator[Sandbox]:
    """A real Kafka of three brokers, likewise."""
    with start(brokers=3) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def secured_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A real Kafka that is locked down: TLS, SASL and ACLs; its topics and ACLs are shared likewise."""
    with secured_cluster(tmp_path_factory.mktemp("secured")) as cluster:
        yield cluster


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a file, or write the file with ``--update-golden``."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare
