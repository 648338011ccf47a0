"""What a manifest consents to, protects and demands of its topics."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings

from reconciler.errors import Location, ManifestInvalid, Severity
from reconciler.manifest.load import load
from reconciler.manifest.violations import VIOLATIONS
from reconciler.manifest.written_schema import written_schema
from reconciler.model import Consent, DesiredState, Limit, RiskKind, TopicSpec
from reconciler.plan.fingerprint import digest
from tests.manifest.nearly_manifests import NEARLY_MANIFESTS
from tests.support.command import RunReconciler

LAYERS = """\
version: 1
defaults: {allow: [data-loss, delete], protected: true}
profiles:
  open: {allow: [{kind: capacity, up_to: 5, until: 2026-12-31, reason: moved}], protected: false}
topics:
  inherits: {}
  profiled: {profile: open}
  own: {profile: open, allow: [], protected: true}
  gone: {state: absent}
"""


def state(text: str, *, overlay: str | None = None, today: date | None = None) -> DesiredState:
    """The manifest ``text`` in the working directory, with an overlay."""
    Path("topics.yaml").write_text(text)
    if overlay is not None:
        Path("topics.prod.yaml").write_text(overlay)
    return load([Path("topics.yaml")], "prod" if overlay is not None else None, {"UNTIL": "2026-12-31"}, today=today)


def topics(text: str, *, overlay: str | None = None) -> dict[str, TopicSpec]:
    return {topic.name: topic for topic in state(text, overlay=overlay).topics}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_lowest_layer_that_writes_consents_or_protection_counts_as_a_whole() -> None:
    found = topics(LAYERS)
    assert {name: ([each.kind.value for each in topic.allow], topic.is_protected) for name, topic in found.items()} == {
        "inherits": (["data-loss", "delete"], True),
        "profiled": (["capacity"], False),
        "own": ([], True),
        "gone": (["data-loss", "delete"], True),
    }
    assert {name for name, topic in found.items() if topic.is_absent} == {"gone"}
    assert [str(found["profiled"].origin_of(field)) for field in ("allow", "protected")] == [
        "topics.yaml:4:17",
        "topics.yaml:4:92",
    ]


def test_a_consent_has_the_place_where_it_is_given_and_its_limits() -> None:
    found = topics(LAYERS)
    assert [each.given_by for each in found["inherits"].allow] == ["topics.yaml:2:20", "topics.yaml:2:31"]
    assert found["profiled"].allow == (
        Consent(
            kind=RiskKind.CAPACITY,
            given_by="topics.yaml:4:18",
            up_to=5,
            until=date(2026, 12, 31),
            reason="moved",
        ),
    )


def test_an_overlay_replaces_and_removes_consents() -> None:
    overlay = (
        "defaults: {allow: null}\ntopics: {own: {allow: [delete]}, profiled: {state: absent}, gone: {state: null}}\n"
    )
    found = topics(LAYERS, overlay=overlay)
    assert {name: [each.kind.value for each in topic.allow] for name, topic in found.items()} == {
        "inherits": [],
        "profiled": ["capacity"],
        "own": ["delete"],
        "gone": [],
    }
    assert found["own"].allow[0].given_by == "topics.prod.yaml:2:24"
    assert {name for name, topic in found.items() if topic.is_absent} == {"profiled"}


def test_the_values_of_consents_and_protection_can_be_variables() -> None:
    text = (
        'version: 1\ntopics: {a: {protected: "${P:-true}", allow: [{kind: "${K:-delete}", up_to: "${N:-10}", '
        'until: "${UNTIL}"}]}}\npolicy: {limits: {creates: "${C:-3}", changes: "${D:-5%}"}}\n'
    )
    desired = state(text)
    (topic,) = desired.topics
    assert topic.is_protected
    assert [(each.kind, each.up_to, each.until) for each in topic.allow] == [("delete", 10, date(2026, 12, 31))]
    assert [desired.policy.limits.creates, desired.policy.limits.changes] == [
        Limit(number=3, origin=Location("topics.yaml", 3, 28)),
        Limit(percent=5, origin=Location("topics.yaml", 3, 48)),
    ]


@pytest.mark.parametrize(("today", "is_over"), [("2026-12-31", False), ("2027-01-01", True)])
def test_a_consent_counts_until_the_end_of_its_last_day(today: str, is_over: bool) -> None:
    found = state(LAYERS, today=date.fromisoformat(today)).diagnostics
    assert [(each.code, str(each.origin)) for each in found if each.code == "consent-ended"] == [
        ("consent-ended", "topics.yaml:4:52")
    ] * is_over


def test_limits_without_a_value_have_their_defaults_and_null_is_no_limit() -> None:
    limits = state("version: 1\ntopics: {}\npolicy: {limits: {creates: 50, changes: null}}\n").policy.limits
    assert (limits.creates, limits.changes) == (Limit(number=50, origin=Location("topics.yaml", 3, 28)), None)
    assert limits.deletes == Limit(percent=30)
    assert state("version: 1\ntopics: {}\npolicy: {limits: {deletes: null}}\n").policy.limits.deletes is None


def test_the_scope_and_what_a_service_lets_one_set() -> None:
    desired = state(
        'version: 1\nscope: {include: ["a.*"], exclude: [a.tmp]}\ncluster: {alterable_config: ["retention.*"]}\n'
        "topics: {}\npolicy: {risks: {delete: warn, capacity: consent}}\n"
    )
    assert [desired.scope.has(topic) for topic in ("a.b", "a.tmp", "b")] == [True, False, False]
    assert [desired.cluster.permits(key) for key in ("retention.ms", "segment.ms")] == [True, False]
    assert str(desired.cluster.alterable_origin) == "topics.yaml:3:29"
    assert desired.policy.warn_only == {RiskKind.DELETE: Location("topics.yaml", 5, 26)}


def test_an_exclusion_without_a_scope_is_warned_about() -> None:
    assert [each.code for each in state("version: 1\nscope: {exclude: [a]}\ntopics: {}\n").diagnostics] == [
        "empty-scope"
    ]


def test_the_schema_has_each_kind_of_risk() -> None:
    schema = written_schema("topics")
    allow = schema["definitions"]["allow"]["items"]
    assert allow["else"]["enum"] == allow["then"]["properties"]["kind"]["enum"] == list(RiskKind)
    assert [*schema["properties"]["policy"]["properties"]["risks"]["properties"]] == list(RiskKind)


@settings(max_examples=200)
@given(document=NEARLY_MANIFESTS)
@example(document={"topics": {"t": {"allow": [{"kind": "delete", "up_to": ".inf"}]}}})
@example(document={"topics": {"t": {}}, "policy": {"limits": {"deletes": ".nan", "creates": 1.0}, "require": ["x"]}})
def test_whatever_the_rules_are_the_manifest_is_valid_or_has_errors(document: dict[str, Any]) -> None:
    text = json.dumps({"version": 1} | document).replace('".inf"', ".inf").replace('".nan"', ".nan")
    try:
        is_valid, found = True, state(text).diagnostics
    except ManifestInvalid as invalid:
        is_valid, found = False, tuple(invalid.diagnostics)
    assert is_valid == all(each.severity is not Severity.ERROR or each.code in VIOLATIONS for each in found)


def test_violations_do_not_hide_errors_and_errors_do_not_hide_violations() -> None:
    with pytest.raises(ManifestInvalid) as invalid:
        state("version: 1\npolicy: {require: [owner]}\ntopics: {t: {partitions: 0}}\n")
    assert [each.code for each in invalid.value.diagnostics] == ["policy-required", "wrong-value"]


MANIFEST = "version: 1\npolicy: {require: [owner]}\ntopics: {good: {owner: me}, bad: {}}\n"


def test_validate_exits_with_3_for_violations_only(reconciler: RunReconciler) -> None:
    Path("topics.yaml").write_text(MANIFEST)
    done = reconciler("validate", "--report", "report.json")
    assert (done.code, done.stdout) == (3, "topics.yaml: 1 policy violation, 2 topics\n")
    report = json.loads(Path("report.json").read_text())
    assert (report["run"]["status"], report["run"]["exit_code"]) == ("refused", 3)
    assert [(each["code"], each["severity"], each["topic"]) for each in report["diagnostics"]] == [
        ("policy-required", "error", "bad")
    ]
    Path("topics.yaml").write_text(MANIFEST.replace("good:", "'no good':"))
    assert reconciler("validate").code == 1


BASE = """\
version: 1
scope: {include: ["a*"]}
policy: {schema: rules.json, limits: {creates: 1}}
topics: {a: {allow: [delete]}}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a*", "b*"),
        ("[delete]", "[delete, capacity]"),
        ("[delete]", "[{kind: delete, up_to: 1}]"),
        ("[delete]", "[delete], protected: true"),
        ("[delete]", "[delete], state: absent"),
        ("creates: 1", "creates: 1%"),
        ("limits", "risks: {delete: warn}, limits"),
        ("limits", "naming: a, limits"),
        ("limits", "require: [], limits"),
        ("version: 1", "version: 1\ncluster: {alterable_config: []}"),
        ("rules", "others"),
    ],
)
def test_every_rule_counts_for_the_digest(before: str, after: str) -> None:
    Path("rules.json").write_text('{"type": "object"}')
    Path("others.json").write_text('{"type": ["object"]}')
    is_same = after.startswith("require: []")
    assert (digest(state(BASE)) == digest(state(BASE.replace(before, after)))) == is_same


def test_the_place_and_the_spelling_of_rules_do_not_count_for_the_digest() -> None:
    Path("rules.json").write_text('{"type": "object", "title": "x"}')
    Path("others.json").write_text('{ "title": "x",\n"type": "object"}')
    moved = (
        BASE.replace("rules", "others").replace("topics:", "\n\ntopics:").replace("{creates: 1}", "\n   {creates: 1}")
    )
    assert digest(state(BASE)) == digest(state(moved))
