"""The page of risks follows from the table of rules. ``make docs`` writes it anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from reconciler.model import Measure, RiskKind
from reconciler.plan.rules import SECTIONS, Rule
from reconciler.plan.rules.rule import ANY_CONFIG, Dangerous, Finding, Harmless, Impossible
from tests.support.command import PROJECT
from tests.support.pages import GENERATED

INTRODUCTION = """
# Risks

Each change of a topic gets a verdict: what it may do to records, readers and producers. This is the table that `plan`
and `apply` judge by. The first row that applies to a change decides.

- **safe**: `apply` makes the change. A note tells what a reviewer should know.
- **risky**: `apply` makes the change only with consent of a kind, such as `data-loss`. What the change would do is
  measured on the cluster first. What is **bold** in the table decides: where the cluster has none of it, the change is
  safe. What cannot be measured counts as there.
- **impossible**: Kafka cannot make the change, or the service does not permit it. The plan tells the way out.

A value that is reset to the default of the broker is judged by that default. Where the default is not known, the change
is risky.

## How to consent

1. In Git, at the topic, in a profile or in `defaults`: `allow: [data-loss]`.
2. With a ceiling in records, an end and a reason:
   `allow: [{kind: data-loss, up_to: 10000, until: 2026-12-31, reason: cleaned up}]`.
3. For one run: `--allow data-loss=orders.*`.
4. Never for a topic with `protected: true`: consent does not count there.
5. For a whole manifest, `policy: {risks: {partition-increase: warn}}` turns a kind into a warning.

## Kinds of consent

| kind | the change |
| --- | --- |
"""
KINDS = {
    RiskKind.DATA_LOSS: "removes records, or keys",
    RiskKind.DELETE: "deletes the topic",
    RiskKind.PARTITION_INCREASE: "moves keys to other partitions, and readers may miss records of the new ones",
    RiskKind.DURABILITY_LOSS: "lets acknowledged records be lost when brokers fail",
    RiskKind.AVAILABILITY_LOSS: "makes producers or readers fail",
    RiskKind.REPLICATION_CHANGE: "copies replicas to other brokers, or removes them",
    RiskKind.CAPACITY: "copies more to a broker than its disks have free",
}
MEASURED = {
    Measure.OLD_RECORDS: "records older than `retention.ms`",
    Measure.LARGE_PARTITIONS: "partitions larger than `retention.bytes`",
    Measure.ALL_RECORDS: "records of the topic",
    Measure.READERS: "groups that read the topic",
    Measure.IN_SYNC: "partitions with fewer in-sync replicas than the new value",
    Measure.LEADERLESS: "partitions without a leader",
    Measure.PLACEMENT: "bytes to copy, free space of the brokers that get them",
}


def risks_page() -> Iterator[str]:
    yield f"{GENERATED}\n<!-- source: reconciler/plan/rules/ -->\n{INTRODUCTION.rstrip()}"
    yield from (f"| `{kind}` | {what} |" for kind, what in KINDS.items())
    for section in SECTIONS:
        yield f"\n## {section.title}\n"
        if section.about:
            yield f"{section.about}\n"
        yield "| change | verdict | what a reviewer reads | measured | source |\n| --- | --- | --- | --- | --- |"
        for _, alike in groupby(section.rules, key=lambda rule: (rule.what, rule.finding)):
            yield row(list(alike))


def row(alike: Sequence[Rule]) -> str:
    """One row for rules that differ in nothing but the field."""
    fields = ", ".join(f"`{rule.field.removeprefix('config.')}`" for rule in alike if rule.field != ANY_CONFIG)
    sources = dict.fromkeys(source(rule) for rule in alike)
    finding = alike[0].finding
    cells = [
        f"{fields} {alike[0].what}".strip(),
        verdict(finding),
        words(finding),
        measured(finding),
        ", ".join(sources),
    ]
    return f"| {' | '.join(cells)} |"


def verdict(finding: Finding) -> str:
    match finding:
        case Harmless():
            return "safe"
        case Dangerous(kind=kind):
            others = "".join(f" or `{each}`" for each in sorted(finding.also))
            return f"risky: `{kind}`{others}"
        case Impossible():
            return "impossible"


def words(finding: Finding) -> str:
    match finding:
        case Harmless(note):
            return note or ""
        case Dangerous(reason=reason):
            return reason
        case Impossible():
            refusal = finding.refusal(key="KEY", before="BEFORE", after="AFTER", place="FILE:LINE")
            return f"{refusal.reason}; {refusal.way_out}"


def measured(finding: Finding) -> str:
    if not isinstance(finding, Dangerous):
        return ""
    listed = [f"**{MEASURED[each]}**" if each in finding.decisive else MEASURED[each] for each in ordered(finding)]
    return ", ".join(listed) or "nothing"


def ordered(finding: Dangerous) -> list[Measure]:
    return [each for each in Measure if each in finding.measures]


def source(rule: Rule) -> str:
    if not rule.source.startswith("https:"):
        return f"`{rule.source}`" if rule.source.endswith(".java") else rule.source
    of_kafka = re.fullmatch(r"https://kafka\.apache\.org/.*#(topicconfigs_|consumerconfigs_)?(.*)", rule.source)
    return f"[{of_kafka[2] if of_kafka else rule.source.removeprefix('https://')}]({rule.source})"


def test_the_page_of_risks(golden: Callable[[Path, str], None]) -> None:
    golden(PROJECT / "docs/risks.md", "".join(f"{line}\n" for line in risks_page()))


def test_every_kind_of_consent_that_a_rule_needs_is_explained() -> None:
    findings = [rule.finding for section in SECTIONS for rule in section.rules]
    by_rules = {finding.kind for finding in findings if isinstance(finding, Dangerous)}
    # Which disk would be full is only seen once it is known where replicas go.
    assert by_rules | {RiskKind.CAPACITY} == KINDS.keys()
