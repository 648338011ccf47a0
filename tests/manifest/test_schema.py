"""The published schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.manifest.overlay_schema import overlay_schema
from reconciler.report.document import report_schema
from tests.conftest import PROJECT, RunReconciler

SCHEMAS = PROJECT / "schemas"


def test_the_overlay_schema_follows_from_that_of_the_topics() -> None:
    topics = json.loads((SCHEMAS / "topics.schema.json").read_text())
    assert json.loads((SCHEMAS / "overlay.schema.json").read_text()) == overlay_schema(topics)


def test_the_report_schema_follows_from_the_document() -> None:
    assert (SCHEMAS / "report.schema.json").read_text() == report_schema()


@pytest.mark.parametrize("name", ["topics", "overlay", "report"])
def test_schema_prints_the_published_file(name: str, reconciler: RunReconciler) -> None:
    done = reconciler("schema", name)
    assert (done.code, done.stdout) == (0, (SCHEMAS / f"{name}.schema.json").read_text())


@pytest.mark.parametrize("environment", [None, "dev", "prod"])
def test_the_example_is_valid(environment: str | None, reconciler: RunReconciler) -> None:
    overlay = ["-e", environment] if environment else []
    assert reconciler("validate", *overlay, cwd=Path(PROJECT)).code == 0
