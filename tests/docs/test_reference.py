"""The reference pages follow from the schema, from the table of keys and from ``--help``.

``make docs`` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import COMMANDS
from reconciler.cluster.error_table import (
    BY_WORDS,
    ELSE,
    ERRORS,
    INVALID_REPLICATION_FACTOR,
    START_BROKERS,
)
from reconciler.cluster.symptoms import KNOWN, WITHOUT_SASL
from reconciler.configs import TOPIC_CONFIGS, TopicConfig, ValueType
from reconciler.configs.descriptions import DESCRIPTIONS
from reconciler.manifest.written_schema import written_schema
from tests.support.command import PROJECT, RunReconciler
from tests.support.pages import GENERATED

SCHEMA: Any = written_schema("topics")
SUBCOMMANDS = {"sandbox": ["run", "start", "stop"]}


def resolved(schema: Any) -> Any:
    if "$ref" in schema:
        return SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


def takes(schema: Any) -> str:
    """The type of a key's value, in a word or two."""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {
        "object": "mapping",
        "array": "list",
        "string": "string",
        "integer": "whole number",
        "boolean": "true or false",
        "null": "`null`",
    }
    return ", ".join(str(words.get(kind, kind)) for kind in kinds)


def section(title: str, schema: Any) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"{schema['description']}\n"
    yield "| key | type | meaning |\n| --- | --- | --- |"
    for key, value in schema["properties"].items():
        member = resolved(value)
        default = f" Default: `{json.dumps(member['default'])}`." if "default" in member else ""
        yield f"| `{key}` | {takes(member)} | {member['description']}{default} |"
    for pattern, member in schema.get("patternProperties", {}).items():
        yield f"| `{pattern.removeprefix('^')}…` | anything | {member['description']} |"


def consents(definitions: Any) -> str:
    return f"{definitions['allow']['description']}\n\nAn item is a kind, or a mapping with limits:"


def allowed(config: TopicConfig) -> str:
    if config.choices:
        return ", ".join(config.choices)
    parts = []
    if config.minimum is not None:
        parts.append(f"≥ {config.minimum}")
    if config.maximum is not None:
        parts.append(f"≤ {config.maximum}")
    if config.excluded is not None:
        parts.append(f"not {config.excluded}")
    if config.minimum_before_4 is not None:
        parts.append(f"(≥ {config.minimum_before_4} before Kafka 4.0)")
    return " ".join(parts)


def until_words(config: TopicConfig) -> str:
    return f"use {config.instead}" if config.instead else "no replacement"


def manifest_page() -> Iterator[str]:
    properties = SCHEMA["properties"]
    definitions = SCHEMA["definitions"]
    yield f"{GENERATED}\n<!-- source: reconciler/manifest/manifest.schema.json and reconciler/configs/ -->\n"
    yield "# Manifest reference\n"
    yield "Every key of a manifest. See [layers.md](layers.md) for how layers, overlays and variables combine."
    yield from section("The file", SCHEMA)
    yield from section("`topics.NAME`", definitions["topic"])
    yield from section("`profiles.NAME`", definitions["profile"])
    yield from section("`defaults`", properties["defaults"])
    policy = properties["policy"]["properties"]
    yield from section("`allow`", definitions["allow"]["items"]["then"] | {"description": consents(definitions)})
    yield from section("`scope`", properties["scope"])
    yield from section("`policy`", properties["policy"])
    yield from section("`policy.limits`", policy["limits"])
    yield from section("`policy.risks`", policy["risks"])
    yield from section("`cluster`", properties["cluster"])
    waivers = properties["waivers"]
    about = f"{waivers['description']} See [drift.md](drift.md). An item:"
    yield from section("`waivers`", waivers["items"] | {"description": about})
    yield "\n## Configuration values\n"
    yield f"{definitions['config']['description']}\n\n{definitions['value']['description']}\n"
    yield "These are the keys of Apache Kafka 3.9 to 4.4. Any other key is a warning, and is sent as it is.\n"
    yield "| key | meaning | type | default | values | since, until |\n| --- | --- | --- | --- | --- | --- |"
    for config in TOPIC_CONFIGS.values():
        kind = "list" if config.type is ValueType.SET else config.type.name.lower()
        until = f"removed in {config.removed_in}, {until_words(config)}" if config.removed_in else ""
        default = f"`{config.default}`" if config.default else "empty"
        if config.default_before_4:
            default += f" (`{config.default_before_4}` before Kafka 4.0)"
        meaning = DESCRIPTIONS[config.key]
        yield f"| `{config.key}` | {meaning} | {kind} | {default} | {allowed(config)} | {config.since or until} |"


def test_the_manifest_page(golden: Callable[[Path, str], None]) -> None:
    golden(PROJECT / "docs/manifest.md", "".join(f"{line}\n" for line in manifest_page()))


def test_the_command_line_page(golden: Callable[[Path, str], None], reconciler: RunReconciler) -> None:
    pages = [f"{GENERATED}\n<!-- source: the commands' --help -->\n\n# Command line\n"]
    for command in [[], *([name] for name in COMMANDS), *([a, b] for a, bs in SUBCOMMANDS.items() for b in bs)]:
        done = reconciler(*command, "--help", env={"COLUMNS": "100"})
        pages.append(f"\n## {' '.join(['reconciler', *command])}\n\n```text\n{done.stdout}```\n")
    golden(PROJECT / "docs/cli.md", "".join(pages))


def errors_page() -> Iterator[str]:
    yield f"{GENERATED}\n<!-- source: reconciler/cluster/error_table.py -->\n"
    yield "# Kafka errors\n"
    yield (
        "How `reconciler` handles each error code of a broker, and of the Kafka client (negative codes, except -1).\n\n"
        "- **EXPECTED**: the desired state may already exist. The topic is read and compared, then the run continues.\n"
        "- **RETRIABLE**: a transient error. The cluster is read, then what is missing is sent again after a pause, "
        "up to `--retries` times.\n"
        "- **FATAL**: retrying does not help. *Scope* is what fails: this topic, or the whole run.\n\n"
        "*Outcome* `unknown` means that the change may have been made although the response is an error: the cluster "
        "is read before anything is sent again.\n\n"
        "In the answer to a delete, UNKNOWN_TOPIC_OR_PARTITION is EXPECTED: the topic is gone already.\n"
    )
    yield "| code | name | class | scope | outcome | what to do |\n| ---: | --- | --- | --- | --- | --- |"
    for code, kind in sorted(ERRORS.items(), key=lambda item: (item[0] < -1, abs(item[0]))):
        outcome = "not done" if kind.outcome_known else "unknown"
        remedy = kind.remedy.format(permission="what the request needs")
        yield f"| {code} | {kind.name} | {kind.error_class} | {kind.scope} | {outcome} | {remedy} |"
    yield f"| any other | | {ELSE.error_class} | {ELSE.scope} | not done | {ELSE.remedy} |"
    yield "\nThe message of the broker can tell more than the code:\n"
    yield "| code | message | class | what to do |\n| ---: | --- | --- | --- |"
    for words in BY_WORDS:
        codes = ", ".join(map(str, sorted(words.codes)))
        smaller = "send it again in smaller requests; alone: " if words.is_of_batch else ""
        yield f"| {codes} | `{words.pattern}` | {words.error_class} | {smaller}{words.remedy} |"
    seen = "any, if this run has seen as many brokers as are needed"
    yield f"| {INVALID_REPLICATION_FACTOR} | {seen} | RETRIABLE | {START_BROKERS} |"


def test_the_page_of_errors(golden: Callable[[Path, str], None]) -> None:
    golden(PROJECT / "docs/errors.md", "".join(f"{line}\n" for line in errors_page()))


def causes() -> Iterator[str]:
    yield "| message | what to do | the run ends |\n| --- | --- | --- |"
    for cause in dict.fromkeys([*(cause for _pattern, cause in KNOWN), WITHOUT_SASL]):
        message, hint = (text.replace("|", r"\|").replace("<", "&lt;") for text in (cause.message, cause.hint))
        yield f"| {message} | {hint} | {'at once' if cause.final else 'after `--timeout`'} |"


def test_the_table_of_connection_errors(golden: Callable[[Path, str], None]) -> None:
    page = PROJECT / "docs/clusters.md"
    start, rest = page.read_text(encoding="utf-8").split("symptoms.py -->\n")
    end = rest[rest.index("<!-- end of causes -->") :]
    golden(page, f"{start}symptoms.py -->\n" + "".join(f"{line}\n" for line in causes()) + end)


@pytest.mark.parametrize("name", ["topics", "overlay"])
def test_every_key_of_the_schema_is_described(name: str) -> None:
    def undescribed(schema: Any, path: str) -> Iterator[str]:
        for key, value in schema.get("properties", {}).items():
            described_elsewhere = "$ref" in value or "deprecationMessage" in value
            if not described_elsewhere and len(value.get("description", "")) < 10:
                yield f"{path}.{key}"
            yield from undescribed(value, f"{path}.{key}")

    schema = json.loads((PROJECT / f"schemas/{name}.schema.json").read_text())
    assert list(undescribed(schema, name)) == []
    for key, definition in schema["definitions"].items():
        assert definition["description"]
        assert list(undescribed(definition, key)) == []
