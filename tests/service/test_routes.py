"""The routes of ``serve``: mounted into another application, and the page in a real browser where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from reconciler.model import Create
from reconciler.service.serve import Board, Metrics, PageSettings, application, listen, serving
from tests.service.audits import audit_of, record_of, spec

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
SETTINGS = PageSettings(environment="prod", is_applying=False, auto_create=False, retries=3, timeout=30)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where another application has the routes below ``/kafka``, with one topic that is missing."""
    board = Board(300)
    metrics = Metrics(board)
    board.end(audit_of(record_of([Create(desired=spec("shop.orders", "team-orders"))])), 300)
    app = Starlette(routes=[Mount("/kafka", app=application(board, metrics, SETTINGS))])
    with serving(app, listen("127.0.0.1", 0)) as server:
        yield f"{server.address}/kafka/"


def test_links_of_the_page_work_wherever_it_is_mounted(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - http, by us
        links = re.findall(r'href="([^"]*)"', answer.read().decode())
    assert len(links) == 4
    for link in links:
        with urllib.request.urlopen(f"{address}{link}", timeout=10) as answer:  # noqa: S310 - as above
            assert answer.status == 200
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_metrics_come_as_openmetrics_where_that_is_asked_for(address: str) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    request = urllib.request.Request(f"{address}metrics", headers=accept)  # noqa: S310 - as above
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.read().endswith(b"# EOF\n")


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
def test_a_browser_shows_the_page_and_objects_to_nothing(address: str, tmp_path: Path) -> None:
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    command += ["--enable-logging=stderr", "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert "shop.orders" in done.stdout
    assert ">missing<" in done.stdout
    assert "CONSOLE" not in done.stderr, "the policy of the page forbids something in it"
