"""The published schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest.published_schema import published_schema
from reconciler.manifest.written_schema import written_schema
from reconciler.report.schema import report_schema
from tests.manifest.nearly_manifests import ANYTHING, NEARLY_MANIFESTS, WORDS
from tests.support.command import PROJECT, RunReconciler

SCHEMAS = PROJECT / "schemas"


@pytest.mark.parametrize("name", ["topics", "overlay"])
def test_the_published_schema_follows_from_the_written_one_and_the_table_of_keys(name: str) -> None:
    assert (SCHEMAS / f"{name}.schema.json").read_text() == published_schema(name), "run `make schemas`"


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


@settings(max_examples=500)
@pytest.mark.parametrize("name", ["topics", "overlay"])
@given(document=NEARLY_MANIFESTS | st.dictionaries(WORDS, ANYTHING, max_size=3))
def test_both_validators_agree_on_what_is_valid(name: str, document: dict[str, Any]) -> None:
    """One decides whether there is something to object, the other says what."""
    schema = written_schema(name)
    objections = list(jsonschema.Draft7Validator(schema).iter_errors(document))
    assert jsonschema_rs.Draft7Validator(schema).is_valid(document) == (not objections)
