"""What an editor shows for a manifest: through the language server that VS Code, Neovim and others use for YAML."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer, language_server
from tests.support.command import PROJECT

MODELINE = "# yaml-language-server: $schema=./schemas/{}.schema.json\n"
GOOD = """\
version: 1
defaults: {partitions: "${COUNT:-6}", replication_factor: 3, config: {min.insync.replicas: 2}}
scope: {include: ["orders.*", "${TEAM}.*"], exclude: ["*.tmp"]}
policy:
  extra_config: "${EXTRA:-keep}"
  naming: '^[a-z]+(\\.[a-z0-9-]+)+$'
  schema: rules/topic.schema.json
  require: [owner, labels.tier, config.retention.ms, partitions, "${FIELD}"]
  limits: {creates: 50, changes: 25%, deletes: null}
  risks: {partition-increase: warn, delete: "${DELETE:-consent}"}
cluster: {alterable_config: [retention.ms, "segment.*"]}
profiles:
  short: {config: {retention.ms: 4h5m, preallocate: "${PREALLOCATE}"}, allow: [], protected: false}
topics:
  cleaned.up: {state: absent, allow: [delete, "${KIND}"], protected: "${PROTECTED}"}
  limited:
    allow:
      - data-loss
      - {kind: delete, up_to: 10000, until: 2026-12-31, reason: cleaned up}
      - {kind: "${KIND}", up_to: "${N}", until: "${DAY}"}
  "${TEAM}.orders": {partitions: -1, profile: short}
  payments:
    env_key: "PAY_${TEAM}"
    config:
      retention.ms: 7d
      segment.bytes: 64MiB
      retention.bytes: 3e+9
      max.message.bytes: null
      flush.messages: 9223372036854775807
      cleanup.policy: [compact, delete]
      compression.type: gzip
      compression.gzip.level: -1
      confluent.placement.constraints: '{"version": 1}'
"""
A_DURATION = "must be a duration such as 7d, 12h or 4h5m, or milliseconds, at least -1"
A_KIND = (
    "must be one of data-loss, delete, partition-increase, durability-loss, availability-loss, replication-change, "
    "capacity"
)
A_LIMIT = "must be a whole number of topics, a percentage such as 25%, or null for no limit"
A_FIELD = "must be owner, description, partitions, replication_factor, labels.NAME or config.KEY"
SLIPS = [
    ("version: 2", "2", "must be 1"),
    ("defaults: {partitons: 6}", "partitons", "Property partitons is not allowed."),
    ("policy: {extra_config: remove}", "remove", "must be reset or keep"),
    ("topics: {t: []}", "[]", "must be a mapping of settings; write {} for a topic with only the defaults"),
    ("topics: {t: {partitions: 0}}", "0", "Value is below the minimum of 1."),
    (
        "topics: {t: {partitions: three}}",
        "three",
        "must be a whole number from 1 to 100000, or -1 for the broker default",
    ),
    ("topics: {t: {owner: 42}}", "42", "must be a string"),
    ("topics: {t: {env_key: a-b}}", "a-b", "must be a string of letters, digits and _"),
    ("scope: {include: orders}", "orders", "must be a list of topic names or globs"),
    ("policy: {limits: {deletes: -1}}", "-1", "Value is below the minimum of 0."),
    ("policy: {limits: {deletes: 1.5%}}", "1.5%", A_LIMIT),
    ("policy: {require: [owners]}", "owners", A_FIELD),
    ("policy: {risks: {delete: allow}}", "allow", "must be warn or consent"),
    ("policy: {risks: {data-los: warn}}", "data-los", "Property data-los is not allowed."),
    ("topics: {t: {state: gone}}", "gone", "must be present or absent"),
    ("topics: {t: {protected: maybe}}", "maybe", "must be true or false"),
    ("topics: {t: {allow: delete}}", "delete", "must be a list of kinds such as [data-loss]"),
    ("topics: {t: {allow: [deletes]}}", "deletes", A_KIND),
    ("topics: {t: {allow: [{kind: deletes}]}}", "deletes", A_KIND),
    ("topics: {t: {allow: [{kind: delete, upto: 5}]}}", "upto", "Property upto is not allowed."),
    ("topics: {t: {allow: [{kind: delete, up_to: -5}]}}", "-5", "Value is below the minimum of 0."),
    ("topics: {t: {allow: [{kind: delete, until: soon}]}}", "soon", "must be a date such as 2026-12-31"),
    ("topics: {t: {config: [a]}}", "[a]", "must be a mapping of config keys to values"),
    ("topics: {t: {config: {retention.ms: 7 days}}}", "7 days", A_DURATION),
    ("topics: {t: {config: {retention.ms: true}}}", "true", A_DURATION),
    ("topics: {t: {config: {segment.bytes: 3}}}", "3", "Value is below the minimum of 14."),
    ("topics: {t: {config: {compression.gzip.level: 0}}}", "0", "Value is below the minimum of 1."),
    (
        "topics: {t: {config: {compression.type: none}}}",
        "none",
        "must be one of gzip, lz4, producer, snappy, uncompressed, zstd",
    ),
    ("topics: {t: {config: {cleanup.policy: [compact, delet]}}}", "delet", "must be compact or delete"),
    ("topics: {t: {config: {preallocate: maybe}}}", "maybe", "must be true or false"),
    (
        "topics: {t: {config: {retention.mss: 5}}}",
        "retention.mss: 5",
        "unknown topic config; check the spelling (reconciler sends it as it is)",
    ),
    (
        "topics: {t: {config: {acks: all}}}",
        "acks: all",
        "acks is a client setting, not a topic setting; set it in the application",
    ),
    (
        "topics: {t: {config: {log.retention.ms: 5}}}",
        "log.retention.ms: 5",
        "log.retention.ms is a broker setting; write retention.ms",
    ),
    (
        "topics: {t: {config: {message.format.version: '3.0'}}}",
        "message.format.version: '3.0'",
        "message.format.version was removed in Kafka 4.0; it has no replacement",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editor")
    shutil.copytree(PROJECT / "schemas", folder / "schemas")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LanguageServer]:
    with language_server(folder) as server:
        yield server


def written(folder: Path, name: str, text: str, schema: str = "topics") -> Path:
    path = folder / name
    path.write_text(MODELINE.format(schema) + text)
    return path


def test_a_good_manifest_has_no_messages(server: LanguageServer, folder: Path) -> None:
    assert server.open(written(folder, "good.yaml", GOOD)) == []


def test_a_good_overlay_has_no_messages(server: LanguageServer, folder: Path) -> None:
    overlay = "defaults: {partitions: '${COUNT}', config: {flush.ms: null}}\ntopics: {payments: null}\n"
    assert server.open(written(folder, "good.prod.yaml", overlay, "overlay")) == []


@pytest.mark.parametrize("name", ["topics.yaml", "topics.dev.yaml", "topics.prod.yaml"])
def test_the_example_has_no_messages(name: str, server: LanguageServer, folder: Path) -> None:
    shutil.copy(PROJECT / name, folder)
    assert server.open(folder / name) == []


@pytest.mark.parametrize("schema", ["topics", "overlay"])
@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_has_one_message_that_names_it(
    slip: tuple[str, str, str], schema: str, server: LanguageServer, folder: Path
) -> None:
    text, marked, message = slip
    rest = [line for line in ("version: 1", "topics: {}") if line.partition(":")[0] != text.partition(":")[0]]
    path = written(folder, f"slip.{SLIPS.index(slip)}.{schema}.yaml", "\n".join([text, *rest]), schema)
    assert server.open(path) == [(marked, message)]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("      retention", ["How long records are kept", A_DURATION.removeprefix("must be "), "Default: `604800000`"]),
        ("      compression.ty", ["The codec of stored records", "one of gzip, lz4", "Default: `producer`"]),
        ("{parti", ["Number of partitions", "If omitted or -1"]),
    ],
)
def test_a_key_is_explained_where_the_pointer_is(
    place: str, shown: list[str], server: LanguageServer, folder: Path
) -> None:
    path = written(folder, "hover.yaml", GOOD)
    server.open(path)
    text = server.at("hover", path, place)["contents"]["value"]
    assert [words for words in shown if words not in text] == []


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        ("topics:\n  t:\n    config:\n      ", {"retention.ms", "cleanup.policy"}, {"acks", "message.format.version"}),
        ("topics:\n  t:\n    config:\n      compression.type: ", {"zstd", "producer"}, {"brotli"}),
        ("topics:\n  t:\n    config:\n      preallocate: ", {"true", "false"}, set()),
        ("topics:\n  t:\n    ", {"partitions", "config", "owner"}, {"retention.ms"}),
        ("topics: {}\npolicy:\n  extra_config: ", {"reset", "keep"}, set()),
        ("topics: {}\npolicy:\n  risks:\n    ", {"data-loss", "partition-increase"}, set()),
        ("topics:\n  t:\n    state: ", {"present", "absent"}, set()),
        ("topics:\n  t:\n    protected: ", {"true", "false"}, set()),
        ("topics:\n  t:\n    allow:\n      - ", {"data-loss", "delete"}, set()),
        ("topics:\n  t:\n    allow:\n      - kind: delete\n        ", {"up_to", "until", "reason"}, {"kind"}),
        ("topics:\n  t:\n    allow:\n      - kind: ", {"data-loss", "delete"}, set()),
    ],
)
def test_keys_and_values_are_completed(
    text: str, offered: set[str], not_offered: set[str], server: LanguageServer, folder: Path
) -> None:
    text = f"version: 1\n{text}"
    path = written(folder, f"completion.{len(text)}.yaml", text)
    server.open(path)
    labels = {item["label"] for item in server.at("completion", path, text)["items"]}
    assert offered <= labels
    assert not not_offered & labels


@pytest.mark.parametrize(
    ("key", "inserted"),
    [
        ("config", "config:\n  "),
        ("retention.ms", "retention.ms: 604800000"),
        ("compression.type", "compression.type: "),
        ("flush.ms", "flush.ms: 9223372036854775807"),
    ],
)
def test_a_completed_key_brings_its_default_and_nothing_more(
    key: str, inserted: str, server: LanguageServer, folder: Path
) -> None:
    text = "version: 1\ntopics:\n  t:\n    " + ("" if key == "config" else "config:\n      ")
    path = written(folder, f"insert.{key}.yaml", text)
    server.open(path)
    items = server.at("completion", path, text)["items"]
    assert [item["insertText"] for item in items if item["label"] == key] == [inserted]
