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


SCALARS = (
    st.none() | st.booleans() | st.integers(-1, 2) | st.floats(-2, 2) | st.sampled_from(["", "a.b", "1d", "strict"])
)
WORDS = st.sampled_from(["retention.ms", "partitions", "a.b", "owner"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2))
COUNTS = st.integers(1, 9) | SCALARS
NEARLY_TOPICS = st.fixed_dictionaries(
    {},
    optional={
        "partitions": COUNTS,
        "replication_factor": COUNTS,
        "config": st.dictionaries(WORDS, SCALARS, max_size=2),
        "owner": st.just("team") | ANYTHING,
        "labels": st.dictionaries(WORDS, SCALARS, max_size=1),
    },
)
NEARLY_MANIFESTS = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1, 1, 1.0, True, 2])},
    optional={"topics": st.dictionaries(WORDS, NEARLY_TOPICS, max_size=2), "defaults": NEARLY_TOPICS},
)


@settings(max_examples=500)
@pytest.mark.parametrize("name", ["topics", "overlay"])
@given(document=NEARLY_MANIFESTS | st.dictionaries(WORDS, ANYTHING, max_size=3))
def test_both_validators_agree_on_what_is_valid(name: str, document: dict[str, Any]) -> None:
    """One decides whether there is something to object, the other says what."""
    schema = written_schema(name)
    objections = list(jsonschema.Draft7Validator(schema).iter_errors(document))
    assert jsonschema_rs.Draft7Validator(schema).is_valid(document) == (not objections)
