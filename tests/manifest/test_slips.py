"""What people write by mistake: the message has the place, the value, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestInvalid
from reconciler.manifest.load import load


def said(folder: Path, text: str, overlay: str | None = None) -> list[str]:
    """The problems of a manifest, and nothing where it is valid."""
    (folder / "topics.yaml").write_text(text)
    if overlay is not None:
        (folder / "topics.prod.yaml").write_text(overlay)
    try:
        state = load([folder / "topics.yaml"], None if overlay is None else "prod", {})
    except ManifestInvalid as error:
        return [str(each).replace(f"{folder}/", "") for each in error.diagnostics]
    return [str(each).replace(f"{folder}/", "") for each in state.diagnostics]


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ("# nothing special here\n", None),
        ("---\n  # nothing special here\n", None),
        ("{}\n", None),
        ("", "the file is empty\n  write {} for an overlay without changes"),
        (" \n\n", "the file is empty\n  write {} for an overlay without changes"),
        ("---\n", "the file is empty\n  write {} for an overlay without changes"),
        ("null\n", "the file is empty\n  write {} for an overlay without changes"),
    ],
)
def test_an_overlay_of_comments_changes_nothing_and_an_empty_one_is_an_error(
    overlay: str, message: str | None, tmp_path: Path
) -> None:
    expected = [] if message is None else [f"topics.prod.yaml:1:1: error: {message}"]
    assert said(tmp_path, "version: 1\ntopics: {t: {}}\n", overlay) == expected


@pytest.mark.parametrize("text", ["", "\n", "---\n", "# nothing yet\n"])
def test_a_manifest_without_anything_is_an_error(text: str, tmp_path: Path) -> None:
    what = "the file contains only comments" if "#" in text else "the file is empty"
    assert said(tmp_path, text) == [f"topics.yaml:1:1: error: {what}\n  start with `version: 1` and `topics:`"]


QUOTE_JSON = """write JSON as a string in single quotes, such as '{"count": 3}'"""


@pytest.mark.parametrize(
    ("topic", "place", "hint"),
    [
        ('config: {vendor.placement: {"version":1}}', "4:32", QUOTE_JSON),
        ('config: {vendor.placement: [{"version":1}]}', "4:33", QUOTE_JSON),
        ("config:\n      vendor.placement:\n        version: 1", "6:9", QUOTE_JSON),
        ("config: {retention: {ms: 7d}}", "4:25", "write the whole key on one line: retention.ms: 7d"),
        (
            "config:\n      cleanup:\n        policy: compact",
            "6:9",
            "write the whole key on one line: cleanup.policy: compact",
        ),
        ("owner: 42", "4:12", 'put quotes around the value: "42"'),
        ("labels: {version: 1.10}", "4:23", 'put quotes around the value: "1.10"'),
        ("description: true", "4:18", 'put quotes around the value: "true"'),
        ('partitions: "3"', "4:17", "remove the quotes: 3"),
    ],
)
def test_a_value_of_another_kind_has_a_hint(topic: str, place: str, hint: str, tmp_path: Path) -> None:
    problem = said(tmp_path, f"version: 1\ntopics:\n  t:\n    {topic}\n")[-1]
    assert problem.startswith(f"topics.yaml:{place}: error: topics.t.")
    assert problem.endswith(f"\n  {hint}")


@pytest.mark.parametrize("section", ["config: {partitions: {a: 1}}", "t: {labels: {a: {b: 1}}}", "t: {owner: {a: 1}}"])
def test_a_mapping_that_is_no_config_value_is_not_taken_for_json(section: str, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, f"version: 1\ntopics: {{{section}}}\n")
    assert problem.endswith(", not a mapping")


@pytest.mark.parametrize(
    ("text", "place", "written"),
    [
        ("version: 1\ntopics: {t: {partitions:3}}", "2:14", "partitions: 3"),
        ("version: 1\ntopics:\n  t:\n    partitions:3", "4:5", "partitions: 3"),
        ("version: 1\ntopics:\n  t:\n    partitions = 3", "4:5", "partitions: 3"),
        ("version: 1\ntopics: {t: {config: {retention.ms:7d}}}", "2:23", "retention.ms: 7d"),
        ("version: 1\ndefaults: {config: {retention.ms:7d}}\ntopics: {}", "2:21", "retention.ms: 7d"),
    ],
)
def test_a_colon_without_a_space_is_named(text: str, place: str, written: str, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, text)
    assert problem.startswith(f"topics.yaml:{place}: error: ")
    assert problem.endswith(f"\n  write a colon and a space: {written}")


@pytest.mark.parametrize("overlay", ["topics: {t: {partitions:3}}", "topics: {t: {config: {retention.ms:7d}}}"])
def test_a_colon_without_a_space_is_named_in_an_overlay(overlay: str, tmp_path: Path) -> None:
    assert any("write a colon and a space" in each for each in said(tmp_path, "version: 1\ntopics: {t: {}}\n", overlay))


@pytest.mark.parametrize(
    ("value", "is_written"), [("partitions:", False), ("partitions: null", True), ("partitions: ~", True)]
)
def test_no_value_and_null_are_told_apart(value: str, is_written: bool, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, f"version: 1\ntopics:\n  t:\n    {value}\n")
    wanted = "must be a whole number from 1 to 100000, or -1 for the broker default"
    end = f"topics.t.partitions {wanted}, not null" if is_written else f"topics.t.partitions has no value; it {wanted}"
    assert problem.endswith(end)


TOPIC = "version: 1\ntopics:\n  t:\n    "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "version: 1\norders:\n  partitions: 3\ntopics: {}\n",
            "2:1: error: unknown key 'orders' at the top level of the manifest\n  topics go under topics:; valid keys: "
            "version, cluster, scope, defaults, profiles, topics, policy, waivers",
        ),
        (
            "version: 1\ntopics:\n  - name: t\n    partitions: 3\n",
            "3:3: error: topics must be a mapping of topic names to settings, not a list\n"
            "  write t: instead of - name: t",
        ),
        (
            "version: 1\ntopics:\n  - orders\n",
            "3:3: error: topics must be a mapping of topic names to settings, not a list\n"
            "  write orders: {} instead of - orders",
        ),
        (
            f"{TOPIC}config:\n      - retention.ms: 7d\n",
            "5:7: error: topics.t.config must be a mapping of config keys to values, not a list\n"
            "  write key: value instead of - key: value",
        ),
        (
            f"{TOPIC}config: retention.ms=7d\n",
            "4:13: error: topics.t.config must be a mapping of config keys to values, not 'retention.ms=7d'\n"
            "  write a colon and a space: retention.ms: 7d",
        ),
        (
            f"{TOPIC}partitions=3\n",
            "4:5: error: topics.t must be a mapping of settings, not 'partitions=3'\n"
            "  write a colon and a space: partitions: 3",
        ),
        (
            f"{TOPIC}partitions:\xa03\n",
            "4:5: error: topics.t must be a mapping of settings, not 'partitions:\\xa03'\n"
            "  replace no-break spaces (U+00A0) with ordinary spaces",
        ),
        (
            "version: 1\ntopics:\n  t: 3\n",
            "3:6: error: topics.t must be a mapping of settings, not 3\n  write {} for a topic with only the defaults",
        ),
        (
            "version: 1\ntopics:\n  t:\n",
            "3:3: error: topics.t has no value; it must be a mapping of settings\n"
            "  write {} for a topic with only the defaults",
        ),
        (
            f"{TOPIC}retention.ms: 7d\n",
            "4:5: error: unknown key 'retention.ms' in topics.t\n  write retention.ms: under config:",
        ),
        (
            f"{TOPIC}cleanup_policy: compact\n",
            "4:5: error: unknown key 'cleanup_policy' in topics.t\n  write cleanup.policy: under config:",
        ),
        (
            f"{TOPIC}vendor.key: 1\n",
            "4:5: error: unknown key 'vendor.key' in topics.t\n  write the key under config:",
        ),
        (
            f"{TOPIC}replicas: 3\n",
            "4:5: error: unknown key 'replicas' in topics.t\n  did you mean 'replication_factor'?",
        ),
        (
            "version: 1\ndefaults: {owner: x}\ntopics: {}\n",
            "2:12: error: unknown key 'owner' in defaults\n"
            "  valid keys: partitions, replication_factor, config, allow, protected",
        ),
        (
            f"{TOPIC}owner: [a, b]\n",
            '4:12: error: topics.t.owner must be a string, not a list\n  write one string: "a,b"',
        ),
        (
            "version: 1\npolicy: {ignore_config: flush.ms}\ntopics: {}\n",
            "2:25: error: policy.ignore_config must be a list of config keys or globs, not 'flush.ms'\n"
            '  write a list: ["flush.ms"]',
        ),
        (
            "version: '1'\ntopics: {}\n",
            "1:10: error: version must be 1, not '1'\n  remove the quotes: 1",
        ),
        (
            "version: 1\ncluster: kafka:9092\ntopics: {}\n",
            "2:10: error: cluster must be a mapping, not 'kafka:9092'",
        ),
    ],
)
def test_what_is_at_the_wrong_place_or_of_the_wrong_kind_has_a_hint(text: str, message: str, tmp_path: Path) -> None:
    assert said(tmp_path, text) == [f"topics.yaml:{message}"]


STRIMZI = "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: {name: t}\nspec: {partitions: 1}\n"


@pytest.mark.parametrize("text", [STRIMZI, f"version: 1\ntopics: {{}}\n---\n{STRIMZI}"])
def test_a_kubernetes_resource_is_named_as_such_and_nothing_else_is_said(text: str, tmp_path: Path) -> None:
    line = text[: text.index("apiVersion")].count("\n") + 1
    assert said(tmp_path, text) == [
        f"topics.yaml:{line}:1: error: this is a Kubernetes resource of kind 'KafkaTopic', not a manifest\n"
        "  write the topic under topics:, with partitions:, replication_factor: and config:"
    ]


@pytest.mark.parametrize("text", ["- a\n- b\n", "- name: t\n  partitions: 3\n"])
def test_a_list_is_no_manifest(text: str, tmp_path: Path) -> None:
    wanted = "must be a mapping such as version: 1, topics: {...}"
    assert said(tmp_path, text) == [f"topics.yaml:1:1: error: the manifest {wanted}, not a list"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: M\xc3\xbcl M\xfcller\n", "2:9: error: the byte 0xfc is not valid UTF-8\n  save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: error: the byte 0xff is not valid UTF-8\n  save the file as UTF-8"),
        (b"a: 1\nb: x\x00y\n", "2:5: error: the character U+0000 is not allowed in YAML\n  remove the character"),
        (b"a: 1\r\nb: x\x07y\r\n", "2:5: error: the character U+0007 is not allowed in YAML\n  remove the character"),
    ],
)
def test_bytes_and_characters_that_cannot_be_are_at_their_place(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_bytes(content)
    with pytest.raises(ManifestInvalid) as raised:
        load([tmp_path / "topics.yaml"], None, {})
    assert [str(each).replace(f"{tmp_path}/", "") for each in raised.value.diagnostics] == [f"topics.yaml:{message}"]
