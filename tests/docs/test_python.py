"""What docs/python.md shows works, on a real Kafka."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from reconciler.sandbox import Sandbox
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
