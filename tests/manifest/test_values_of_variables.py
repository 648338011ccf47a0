"""The type of a variable's value, and the message about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ManifestInvalid
from reconciler.manifest.load import load
from reconciler.model import DesiredState


def read(folder: Path, text: str, variables: dict[str, str]) -> DesiredState:
    (folder / "topics.yaml").write_text(text)
    return load([folder / "topics.yaml"], None, variables)


def problems(folder: Path, text: str, variables: dict[str, str]) -> list[str]:
    with pytest.raises(ManifestInvalid) as raised:
        read(folder, text, variables)
    return [str(problem).removeprefix(f"{folder}/topics.yaml:") for problem in raised.value.diagnostics]


TEXTS = """\
version: 1
cluster:
  id: REFERENCE
profiles:
  "VALUE": {}
topics:
  t:
    profile: REFERENCE
    owner: REFERENCE
    description: REFERENCE
    labels:
      tier: REFERENCE
policy:
  ignore_config:
    - REFERENCE
  protected_topics: [x, 'REFERENCE']
"""


@pytest.mark.parametrize("reference", ["${X}", '"${X}"', "${Y:-${X}}"])
@pytest.mark.parametrize("value", ["42", "007", "1.10", "1e3", "true", "null", "2026-01-01", "gold"])
def test_a_value_is_text_where_text_belongs(value: str, reference: str, tmp_path: Path) -> None:
    reference = reference.replace("${Y:-${X}}", f"${{Y:-{value}}}")
    text = TEXTS.replace("VALUE", value).replace("'REFERENCE'", "'${X}'").replace("REFERENCE", reference)
    state = read(tmp_path, text, {"X": value})
    (topic,) = state.topics
    assert (topic.owner, topic.description, topic.labels) == (value, value, {"tier": value})
    assert (state.cluster.id, state.policy.ignore_config, state.policy.protected_topics) == (
        value,
        (value,),
        ("x", value),
    )


@pytest.mark.parametrize(
    "topic",
    [
        "\n    partitions: ${N}\n    replication_factor: ${M:-3}",
        "\n    partitions: \"${N}\"\n    replication_factor: '${M:-3}'",
        " {partitions: '${N}', replication_factor: \"${M:-3}\"}",
    ],
)
def test_a_value_is_a_number_where_a_number_belongs(topic: str, tmp_path: Path) -> None:
    (spec,) = read(tmp_path, f"version: 1\ntopics:\n  t:{topic}\n", {"N": "3"}).topics
    assert (spec.partitions, spec.replication_factor) == (3, 3)


@pytest.mark.parametrize(
    ("value", "variables", "said"),
    [
        ("partitions: ${P}", {"P": "three"}, "or -1 for the broker default, not 'three' (from ${P})"),
        ("partitions: ${P}", {"P": "0"}, "or -1 for the broker default, not 0 (from ${P})"),
        ("partitions: '${P}'", {"P": "0"}, "or -1 for the broker default, not 0 (from ${P})"),
        ("partitions: ${P}${Q}", {"P": "1", "Q": "x"}, "not '1x' (from ${P} and ${Q})"),
        ("partitions: ${P:-1}${Q}", {"Q": "x"}, "not '1x' (from ${Q})"),
        ("partitions: ${P:-x}", {}, "or -1 for the broker default, not 'x'"),
        ("partitions: ${P:-}", {"P": ""}, "or -1 for the broker default, not ''"),
        ("env_key: ${P}", {"P": "a-b"}, "must be a string of letters, digits and _, not 'a-b' (from ${P})"),
        ("env_key: ${P}", {"P": "1.5"}, "must be a string of letters, digits and _, not '1.5' (from ${P})"),
        (
            "config: {retention.ms: '${P}'}",
            {"P": "soon"},
            "retention.ms: 'soon' (from ${P}) is not a duration; write 7d, 12h, 4h5m, or milliseconds",
        ),
    ],
)
def test_a_wrong_value_is_shown_with_the_variables_that_it_is_from(
    value: str, variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, f"version: 1\ntopics:\n  t:\n    {value}\n", variables)
    assert problem.endswith(said)


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ("${A}-${B}", ["A is not set", "B is not set"]),
        ("${A}-${C}", ["A is not set"]),
        ("${C}-${E}-${A}", ["E is empty", "A is not set"]),
        ("${A}-${A}", ["A is not set"]),
        ("${A:?must be set}", ["'${A:?must be set}' is not a valid variable reference"]),
        ("${A}-${B-x}-${1}", ["'${B-x}' is not", "'${1}' is not", "A is not set"]),
        ("${A:-${B}}", ["a default must be plain text, without another ${…}"]),
    ],
)
def test_every_reference_that_cannot_be_replaced_is_named(owner: str, said: list[str], tmp_path: Path) -> None:
    found = problems(tmp_path, f"version: 1\ntopics:\n  t:\n    owner: {owner}\n", {"C": "c", "E": ""})
    assert len(found) == len(said)
    for problem, words in zip(found, said, strict=True):
        assert problem.startswith("4:12: error: ")
        assert words in problem
