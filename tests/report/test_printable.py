"""Whatever a document holds, every rendering of it can be written, and is safe to show."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.interpolation import Undefined, interpolate
from reconciler.model import (
    Command,
    Create,
    ErrorClass,
    KafkaFailure,
    Plan,
    Record,
    Refusal,
    TopicSpec,
)
from reconciler.plan import sealed
from reconciler.printable import encodable, escaped
from reconciler.report.build import build
from reconciler.report.document import Report
from reconciler.report.formats import FORMATS
from reconciler.report.layout import Detail, TextStyle
from tests.support.hostile import HOSTILE
from tests.support.steps import NOON

ANYTHING = st.text(st.characters(codec=None), min_size=1)
NASTY = st.sampled_from(
    ["\x1b]0;x\a", "a\u202eb", "\x9b2J", "caf\udce9", "\ud800", "a\nb\r", "\x7f", "\u200b", "::error::\n::x"]
)


def report_with(text: str, command: Any) -> Report:
    """A report that holds ``text`` wherever a text of others may be."""
    failure = KafkaFailure(
        code=40,
        name="INVALID_CONFIG",
        error_class=ErrorClass.FATAL,
        message=text,
        remedy="change it",
        outcome_known=True,
    )
    topic = TopicSpec(name="a", origin=Location(text, 1, 1), owner=text, config={"x": text})
    plan = Plan(topics=[Create(desired=topic, refusal=Refusal.by(failure))], cluster_id="c")
    diagnostic = Diagnostic(
        severity=Severity.ERROR, code="x", message=text, hint=text, topic=text, origin=topic.origin, detail=text
    )
    ledger = Ledger(sealed(plan) if text.isascii() else plan)
    return build(
        Record(
            command=Command(command),
            version="0",
            id="0",
            started_at=NOON,
            finished_at=NOON,
            duration_seconds=1,
            environment=text,
            plan=ledger.plan,
            outcomes=ledger.outcomes(),
            diagnostics=[diagnostic],
        )
    )


@given(
    NASTY | st.sampled_from([each for each in HOSTILE if each.strip()]) | ANYTHING,
    st.sampled_from(["validate", "plan", "apply"]),
)
def test_no_rendering_holds_a_character_that_is_not_printable(text: str, command: Any) -> None:
    report = report_with(text, command)
    look = TextStyle(detail=Detail.ALL)
    files = {name: each.renderer().render_file(report) for name, each in FORMATS.items()}
    for rendering in [
        *files.values(),
        *(click.unstyle(each.renderer().render(report, look)) for each in FORMATS.values()),
        str(Diagnostic(severity=Severity.INFO, code="x", message=text)),
    ]:
        assert rendering.replace("\n", "").isprintable()
        rendering.encode()
    assert all(line.startswith("::error file=") for line in files["github"].splitlines())
    assert json.loads(files["json"])["diagnostics"][0]["message"] == encodable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;x\a", r"\x1b]0;x\x07"),
        ("a\u202eb\n", r"a\u202eb\n"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("café → 日本", "café → 日本"),
    ],
)
def test_what_is_not_printable_is_shown_as_repr_shows_it(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_variable_that_is_not_utf_8_has_no_value() -> None:
    with pytest.raises(Undefined, match=r"TEAM is not valid UTF-8: caf\\xe9"):
        interpolate("${TEAM}", {"TEAM": "caf\udce9"})
