"""What docs/python.md shows works, on a real Kafka."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from tests.support.asgi import answers
from tests.support.clients import AdminClient
from tests.support.command import PROJECT, check_report


def shown() -> dict[str, Any]:
    """The names that the page's code defines."""
    code = re.findall(r"```python\n(.*?)```", (PROJECT / "docs/python.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile("".join(code), "docs/python.md", "exec"), names)  # noqa: S102 - the page is ours, and running it is the test
    return names


def manifest(folder: Path, topic: str, partitions: int = 2) -> Path:
    path = folder / f"{topic}.yaml"
    path.write_text(f"version: 1\ntopics: {{{topic}: {{partitions: {partitions}}}}}\n")
    return path


def test_the_functions_of_the_page_plan_apply_and_save(kafka: Sandbox, tmp_path: Path) -> None:
    page, path = shown(), manifest(tmp_path, "python.page")
    servers = kafka.bootstrap_servers
    assert page["plan"](path, servers).status == "changes"
    assert page["apply"](path, servers).status == "ok"
    record = page["plan"](path, servers)
    assert record.status == "ok"
    page["save"](record, tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text()
    check_report(text, record.exit_code)
    assert json.loads(text)["summary"]["skip"] == 1


def test_the_function_of_the_page_for_a_client_of_the_program(kafka: Sandbox, tmp_path: Path) -> None:
    client = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    record = shown()["plan_with"](client, manifest(tmp_path, "python.client"))
    assert (record.status, [*record.outcomes]) == ("changes", ["python.client"])


def test_the_function_of_the_page_for_a_reviewed_plan(kafka: Sandbox, tmp_path: Path) -> None:
    page, path, servers = shown(), manifest(tmp_path, "python.reviewed"), kafka.bootstrap_servers
    page["save"](page["plan"](path, servers), tmp_path / "plan.json")
    record = page["apply_reviewed"](tmp_path / "plan.json", path, servers)
    assert (record.status, record.outcomes["python.reviewed"].status) == ("ok", "applied")
    other = manifest(tmp_path, "python.reviewed", partitions=3)
    refused = page["apply_reviewed"](tmp_path / "plan.json", other, servers)
    assert (refused.status, refused.exit_code) == ("refused", 3)


def test_a_manifest_that_is_not_valid_is_in_the_record_of_the_page(kafka: Sandbox, tmp_path: Path) -> None:
    record = shown()["plan"](manifest(tmp_path, "python.invalid", partitions=0), kafka.bootstrap_servers)
    assert record.exit_code == 1
    assert "partitions" in str(record.diagnostics[0])


def test_two_sessions_of_the_page_run_at_once(kafka: Sandbox, tmp_path: Path) -> None:
    apply = shown()["apply"]
    paths = [manifest(tmp_path, name) for name in ("python.first", "python.second")]
    with ThreadPoolExecutor() as threads:
        records = list(threads.map(lambda path: apply(path, kafka.bootstrap_servers), paths))
    assert [[*record.outcomes] for record in records] == [["python.first"], ["python.second"]]
    assert [record.status for record in records] == ["ok", "ok"]


def test_a_service_of_the_page_starts_and_tells_its_health(
    kafka: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, path = shown(), manifest(tmp_path, "topics")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers)
    page["start"]()
    assert capsys.readouterr().out == "created: topics\n"
    report = page["start_without_a_manifest"](kafka.bootstrap_servers)
    assert report.created == ["orders.requests", "orders.responses"]
    health = page["health_of"](report)
    assert (health["service"]["status"], health["service"]["topics_created"]) == ("healthy", 2)
    service, topics = asyncio.run(answers(page["application"](str(path)), "/health", "/health/topics"))
    assert (service[0], service[1]["status"]) == (200, "healthy")
    assert (topics[0], topics[1]["existing"]) == (200, ["topics"])
    (tmp_path / "topics.prod.yaml").write_text("{}")
    assert asyncio.run(page["start_in_a_loop"]()).is_ready


def test_a_service_of_the_page_says_why_it_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest(tmp_path, "topics")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="cannot start: cannot make sure that these topics exist: topics"):
        shown()["start"]()
