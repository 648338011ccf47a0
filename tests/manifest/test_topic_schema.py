"""A JSON Schema of the user's own that every topic must satisfy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ManifestInvalid
from reconciler.manifest.load import load
from reconciler.model import DesiredState


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(topic: str) -> DesiredState:
    """A manifest of one topic, with its settings, and the schema ``rules.json``."""
    Path("topics.yaml").write_text(f"version: 1\npolicy: {{schema: rules.json}}\ntopics: {{t: {topic}}}\n")
    return load([Path("topics.yaml")], None, {})


def violating(schema: Any, topic: str) -> list[tuple[str, str]]:
    """The code and message of each violation of the topic, with its settings, by a schema."""
    Path("rules.json").write_text(json.dumps(schema))
    desired = loaded(topic)
    assert [*desired.violations] == ["t"] * bool(desired.diagnostics)
    return [(each.code, each.message) for each in desired.violations.get("t", ())]


@pytest.mark.parametrize(
    ("schema", "topic", "messages"),
    [
        ({"properties": {"config": {"required": ["retention.ms"]}}}, "{config: {retention.ms: 1d}}", []),
        (
            {"properties": {"config": {"properties": {"retention.ms": {"const": "86400000"}}}}},
            "{config: {retention.ms: 1d}}",
            [],
        ),
        (
            {"properties": {"partitions": {"type": "integer"}}},
            "{}",
            ['partitions violates policy.schema: null is not of type "integer"'],
        ),
        ({"required": ["cost"]}, "{}", ["""topic 't' violates policy.schema: "cost" is a required property"""]),
        (
            {"properties": {"name": {"pattern": "^x", "errorMessage": "must begin with x"}}},
            "{}",
            ["name violates policy.schema: must begin with x"],
        ),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "properties": {"owner": {"$ref": "#/definitions/team"}},
                "definitions": {"team": {"pattern": "^team-"}},
            },
            "{owner: me}",
            ['owner violates policy.schema: "me" does not match "^team-"'],
        ),
        (
            {
                "if": {"properties": {"labels": {"required": ["pii"]}}},
                "then": {"properties": {"owner": {"type": "string"}}},
            },
            '{labels: {pii: "y"}}',
            ['owner violates policy.schema: null is not of type "string"'],
        ),
    ],
)
def test_a_schema_judges_topics_with_all_layers_merged(schema: Any, topic: str, messages: list[str]) -> None:
    assert [message for _code, message in violating(schema, topic)] == messages


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not valid JSON: Expecting property name enclosed in double quotes (line 1, column 2)"),
        (
            '{"type": "objekt"}',
            'is not a valid JSON Schema: type: "objekt" is not valid under any of the schemas listed in the '
            "'anyOf' keyword",
        ),
        (
            '{"properties": {"partitions": {"minimum": "6"}}}',
            'is not a valid JSON Schema: properties.partitions.minimum: "6" is not of type "number"',
        ),
        ("[]", 'is not a valid JSON Schema: [] is not of types "boolean", "object"'),
        ('{"$ref": "#/definitions/none"}', "is not a valid JSON Schema: Pointer '/definitions/none' does not exist"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_schema_that_cannot_be_used_is_an_error_at_its_key(content: str | None, message: str) -> None:
    if content is not None:
        Path("rules.json").write_text(content)
    with pytest.raises(ManifestInvalid) as invalid:
        loaded("{}")
    (problem,) = invalid.value.diagnostics
    assert (problem.message, str(problem.origin)) == (f"policy.schema: rules.json {message}", "topics.yaml:2:18")


def test_a_schema_never_makes_validate_fetch_anything() -> None:
    Path("rules.json").write_text('{"$ref": "http://127.0.0.1:9/other.json"}')
    with pytest.raises(
        ManifestInvalid, match=r"put all definitions into this file instead of http://127\.0\.0\.1:9/other"
    ):
        loaded("{}")


def test_the_path_of_a_schema_is_relative_to_the_file_that_has_it() -> None:
    Path("envs/rules").mkdir(parents=True)
    Path("envs/rules/strict.json").write_text('{"required": ["cost"]}')
    Path("envs/base.yaml").write_text("version: 1\ntopics: {t: {}}\n")
    Path("envs/base.prod.yaml").write_text("policy: {schema: rules/strict.json}\n")
    assert [*load([Path("envs/base.yaml")], "prod", {}).violations] == ["t"]
