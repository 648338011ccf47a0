"""One verdict, with the YAML library's parser in C and where there is only the one in Python."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.parse import parse
from tests.manifest.bad_inputs import VALID, bad_inputs, broken_manifests
from tests.manifest.verdicts import both, verdict


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{bootstrap_servers: kafka-1:9092}", {"bootstrap_servers": "kafka-1:9092"}),
        ("[kafka-1:9092, http://x]", ["kafka-1:9092", "http://x"]),
        ("{a:1}", {"a:1": None}),
        ("{a: }", {"a": None}),
        ("a: # nothing", {"a": None}),
        ("? a", {"a": None}),
        ('{"a":1}', {"a": 1}),
        ('a: "\\ud83d\\ude00"', {"a": "😀"}),
        ("a: b\x85c", {"a": "b c"}),
        ("'a': 'b\u2028c'", None),
        ("a: 010", {"a": 10}),
        ("{a: -}", None),
        ("a:\tb", {"a": "b"}),
        ("a:\t{b: 1}", {"a": {"b": 1}}),
        ("a:\t'b\tc'\t", {"a": "b\tc"}),
        ("a: 1\t# one", {"a": 1}),
        ("a: 1 \t # one\n\t# two\n\t\nb:\t\n  c: 1\t", {"a": 1, "b": {"c": 1}}),
        ("a:\t# one\n  - 1\t# two\n  -\t# three\n    b: 1", {"a": [1, {"b": 1}]}),
        ("a: |\n  b\t# c\n", {"a": "b\t# c\n"}),
        ("a: 'b\t# c'", {"a": "b\t# c"}),
        ("[a,\tb]\t# c", ["a", "b"]),
        ("a:\n\tb: 1", None),
        ("a:\n  b: 1\n\tc: 2", None),
        ("-\ta: b", None),
        ("a\tb", None),
        ("a: b\tc", None),
        ("a: b\n\tc", None),
        ("a: b: c", None),
        ("&a: b", None),
        ("a: [\n\tb]", None),
        ('a: "\\ud800"', None),
        ("a: *b", None),
    ],
)
def test_a_text_means_the_same_to_both_parsers(text: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = both(text, monkeypatch)
    assert one == other
    if value is not None:
        (document,), problems = parse(text, "topics.yaml", {})
        assert (document.plain(), problems) == (value, [])


# The bombs take their time by one parser already, and the parsers only differ in what they compose.
TEXTS = [(name, content) for name, content in bad_inputs() if "bomb" not in name]


@pytest.mark.parametrize("kind", ["bad", "broken"])
def test_whatever_is_wrong_has_the_same_message_and_place(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    for name, content in TEXTS if kind == "bad" else broken_manifests(400, 20261125):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        tried += 1
        one, other = both(text, monkeypatch)
        assert one == other, name
    assert tried > 150


def test_a_good_manifest_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = both(VALID, monkeypatch)
    assert one == other
    assert one[1] == []


def test_brackets_in_texts_are_no_nesting() -> None:
    text = "".join(f'"a{number}": "an open [ or {{"\n' for number in range(501))
    assert verdict(text)[1] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\tb: 1", "2:1: error: tabs cannot indent YAML"),
        ("a:\n  b: 1\n \t c: 1", "3:2: error: tabs cannot indent YAML"),
        ("a: b\tc", "1:5: error: found a tab where YAML allows only spaces"),
        ("-\ta: b", "1:2: error: found a tab where YAML allows only spaces"),
        ('a: "b\nc: d\n', "1:4: error: invalid YAML: the closing quote is missing"),
        ("a: {b: 1\n\n", "1:4: error: invalid YAML: the closing } is missing"),
        ("t:\n  a: 1\n b: 2", "3:2: error: invalid YAML: wrong indentation"),
        ("a: b: c", "1:5: error: invalid YAML: unexpected ':'"),
        ('a: "b" c', "1:8: error: invalid YAML: unexpected text after a value in quotes"),
        ("a: 1\n}", "2:1: error: invalid YAML: unexpected '}'"),
        ("a: {b: 1,, c: 2}", "1:10: error: invalid YAML: unexpected ','"),
        ("a: {b: c: d}", "1:9: error: invalid YAML: expected ',' or '}', found ':'"),
        ("a: @b", "1:4: error: invalid YAML: text without quotes cannot begin with @"),
        ("*.a: {}", "1:1: error: invalid YAML: undefined alias '.a'"),
        ("a: 1\nb:2\n\n\n", "2:1: error: invalid YAML: a colon is missing after this key"),
        ("a: ${A:-${B}}", "1:4: error: ${A:-${B}…: a default must be plain text, without another ${…}"),
        ('a: "{{ x }}"\nb: 1\nb: 2', "3:1: error: duplicate key 'b', first defined on line 2"),
        ("a: use {{ x }}\nb: 1\nb: 2", "3:1: error: duplicate key 'b', first defined on line 2"),
        ("a: {{ x }}", "1:4: error: '{{ x }}' looks like an unrendered template"),
        ("- {{ x }}", "1:3: error: '{{ x }}' looks like an unrendered template"),
    ],
)
def test_the_real_error_is_said(text: str, message: str) -> None:
    (problem,) = verdict(text)[1]
    assert problem.splitlines()[0].startswith(f"topics.yaml:{message}")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1", "use spaces"),
        ("a: b\tc", "use spaces, or put quotes around the text"),
        ("a: {b: ${C}}", "inside { } or [ ], put ${…} in quotes"),
        ("t:\n  a:3\n  b: 1", "write a colon and a space: a: 3"),
        ("t:\n  a: 3\n  b:1\n", "write a colon and a space: b: 1"),
        ("- a:3\n  b: 1", "write a colon and a space: a: 3"),
        ("a:1\n\nb: {}", "write a colon and a space: a: 1"),
        ("{t:{a: 1}}", "put a space after the colon"),
        (
            '{\n  "a": 1\n  "b": 2\n}',
            "a comma or the closing } is missing before this, or quotes around text that contains a colon",
        ),
        (
            "a: {b: c: d}",
            "a comma or the closing } is missing before this, or quotes around text that contains a colon",
        ),
        ("{a: [b}", "a comma or the closing ] is missing before this"),
        ("version 1\ntopics: {}", "put a colon after the key in the line above"),
        ("topics:\n  a;\n    b: 1", "put a colon after the key in the line above"),
        ('{\n  // c\n  "a": 1\n}', "comments begin with #, not //"),
        ("a: 'it's'", "put quotes around the whole text; within single quotes, write '' for '"),
        ("a: b: c", "put quotes around text that contains a colon"),
        ("a: b: ${C}", "put quotes around text that contains a colon"),
        ("x: http://a:b: c", "put quotes around text that contains a colon"),
        ("t:\n  a: 1\n    b: 2", "indent this line like the other keys of its mapping"),
        ("t:\n    a: 1\n   b: 2", "indent this line like the other keys of its mapping"),
        ("t: {}}", "remove it, or add the opening bracket"),
        ("*: {}", "define the anchor above with &, or put quotes around text that begins with *"),
        ("@a: {}", "put quotes around text that begins with @"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> mine\n", "resolve the conflict"),
        ("a: 'b", None),
        ('{"a":@}', "put quotes around text that begins with @"),
    ],
)
def test_the_usual_slips_of_syntax_have_a_hint(text: str, hint: str | None) -> None:
    (problem,) = verdict(text)[1]
    assert problem.splitlines()[1:] == ([] if hint is None else [f"  {hint}"])
