"""What the composer makes of a text is what the YAML library's own composer makes of it, place by place."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.manifest.compose import compose
from reconciler.manifest.composer import MAX_DEPTH
from reconciler.manifest.nodes import Node
from reconciler.manifest.scanner import TabScanner
from tests.manifest.verdicts import both, verdict

_TAG = "tag:yaml.org,2002:"
_TYPES = {"null": type(None), "bool": bool, "int": int, "float": float, "str": str, "timestamp": str}
_CASES = Path(__file__).parents[1] / "cases"
_CORPUS = {
    str(path.relative_to(_CASES)): text
    for path in sorted(_CASES.glob("*/*/**/*.y*ml"))
    # The library has no limits, and does not know variables.
    if not {"alias-bomb", "nested-too-deeply"} & set(path.parts)
    and "$" not in (text := path.read_text("utf-8-sig", errors="ignore"))
}
# fmt: off
_BITS = [
    "\n", "\n  ", "\n- ", "  ", "- ", ": ", ", ", "{", "}", "[", "]", "? ", "&a ", "*a", "&b ", "*b", "<<: ", "b: *a\n",
    "!!int ", "!!str ", "!!bool ", "!!merge ", "! ", "!x ", "'", '"', "#", " # c", "|\n", ">-\n", "\r\n", "---\n", "\t",
    "a", "b", "a: 1\n", "<<: *a\n", "é", "😀", "~", "null", "yes", "true", "010", "0x1F", "1e3", ".5", "1_000", "=",
    "2001-01-01", "\u2028", "\x85", "\ufeff", '"\\ud83d\\ude00"', "%YAML 1.1\n---\n", "...\n", "{{ x }}",
]
# fmt: on
_TEXTS = st.lists(st.sampled_from(_BITS), max_size=16).map("".join)


def _place(raw: Any) -> tuple[int, int]:
    return raw.start_mark.line + 1, raw.start_mark.column + 1


class Library:
    """The documents as the library composes them, with our reading of merge keys and of keys that are there twice."""

    def __init__(self, text: str) -> None:
        self.problems: set[tuple[str, int, int]] = set()
        self.documents: list[Any] = []
        self.is_yaml = True
        self._open: list[Any] = []
        self._has_tags = "!" in text
        yaml = YAML(typ="safe", pure=True)
        yaml.Scanner = TabScanner
        roots = []
        try:
            with warnings.catch_warnings(action="ignore"):
                roots.extend(yaml.compose_all(text))
        except YAMLError:
            self.is_yaml = False
        self.documents += [self._value(root, None) for root in roots if root.tag != f"{_TAG}null"]

    def _value(self, raw: Any, key: Any) -> Any:
        if raw.id == "scalar":
            return self._scalar(raw, key)
        if raw in self._open:
            self.problems.add(("yaml-cycle", *_place(raw)))
            return {}, _place(raw)
        self._open.append(raw)
        value = [self._value(item, None) for item in raw.value] if raw.id == "sequence" else self._mapping(raw)
        self._open.pop()
        return value, _place(raw)

    def _scalar(self, raw: Any, key: Any) -> Any:
        place = _place(raw) if raw.value or raw.style or key is None else _place(key)
        kind = _TYPES.get(raw.tag.removeprefix(_TAG))
        if kind is None:
            self.problems.add(("yaml-tag", *place))
        if kind is float and raw.value.lower()[-3:] in {"inf", "nan"}:
            kind = str  # JSON has no such number
        return raw.value, None if self._has_tags else kind, place  # what `!!int six` means is for us to say

    def _mapping(self, raw: Any) -> dict[Any, Any]:
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key, value in raw.value:
            if key.id != "scalar":
                self.problems.add(("yaml-key", *_place(key)))
                self._value(key, None)
                self._value(value, key)
            elif key.tag == f"{_TAG}merge":
                merged = self._merged(value, key) | merged
            else:
                if key.value in own:
                    self.problems.add(("duplicate-key", *_place(key)))
                own.setdefault(key.value, (_place(key), self._value(value, key)))
        return merged | own

    def _merged(self, raw: Any, key: Any) -> dict[Any, Any]:
        together: dict[Any, Any] = {}
        value, *_, place = self._value(raw, key)
        for source, *_, where in value if isinstance(value, list) else [(value, place)]:
            if isinstance(source, dict):
                together = source | together
            else:
                self.problems.add(("yaml-merge", *where))
        return together


def ours(node: Node, like: Any) -> Any:
    """A node in the form of ``like``, what the library has in its place."""
    match node.value:
        case dict(members):
            others = like[0] if isinstance(like[0], dict) else {}
            return {
                key: (tuple(child.key_location[1:]), ours(child, others.get(key, (None, None))[1]))
                for key, child in members.items()
            }, tuple(node.location[1:])
        case list(items):
            return [ours(item, other) for item, other in zip(items, like[0], strict=True)], tuple(node.location[1:])
        case value:
            kind = type(value) if like[1] is not None else None
            return node.text, kind, tuple(node.location[1:])


def check_against_library(text: str) -> None:
    library = Library(text)
    documents, problems = compose(text, "topics.yaml", {})
    assert [ours(node, like) for node, like in zip(documents, library.documents, strict=True)] == library.documents
    syntax = [problem for problem in problems if problem.code == "yaml-syntax"]
    assert bool(syntax) != library.is_yaml
    if library.is_yaml:
        found = {(problem.code, *problem.origin[1:]) for problem in problems if problem.origin is not None}
        assert found == library.problems


def changed_manifests() -> st.SearchStrategy[str]:
    """Some lines of a manifest with something else in between."""

    def with_bits(lines: list[str], start: int, bits: list[tuple[int, str]]) -> str:
        text = "".join(lines[start : start + 12])
        for place, bit in bits:
            text = text[: place % (len(text) + 1)] + bit + text[place % (len(text) + 1) :]
        return text

    bits = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(_BITS)), max_size=3)
    lines = st.sampled_from([text.splitlines(keepends=True) for text in _CORPUS.values()])
    return st.builds(with_bits, lines, st.integers(0, 30), bits)


@pytest.mark.parametrize("text", _CORPUS.values(), ids=_CORPUS)
def test_manifests_are_composed_as_by_the_library(text: str) -> None:
    check_against_library(text)


@settings(max_examples=300)
@given(_TEXTS | changed_manifests())
@example("a: &x\nb: *x\n? *x\n: c")
@example("- &x <<\n- {*x : {a: 1}, b: 2}")
@example("x: &a {<<: {k: 1}, k: 2}\ny: {<<: [*a, {z: 1}], <<: 3}")
@example("&a a: &a [&a b, *a]\nc: *a")
@example("a: &a [*a, &a {b: *a}, *a]")
@example("? {a: [b]}\n: {a: 1, a: 2}\nb: 1\nb: {c: 1, c: 2}")
@example("a: 1\n---\nb: *a\n---\nc: 1")
@example("a: 1\n---\n# nothing\n---\n~\n---\nb: ]")
@example("~\n- <<: ")
def test_any_text_is_composed_as_by_the_library(text: str) -> None:
    if not any(what in text for what in ("$", "%YAML", "\\ud")):  # these are for us to read
        check_against_library(text)


@settings(max_examples=300)
@given(_TEXTS | changed_manifests())
def test_any_text_means_the_same_to_both_parsers(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        one, other = both(text, patch)
    assert one == other


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_scalars_are_those_of_yaml_1_2_whatever_version_is_named(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = both(f"%YAML {version}\n---\na: yes\nb: 010\nc: 1:20\n", monkeypatch)
    assert one == other
    assert "'yes'" in one[0][0]
    assert "(10, '010'" in one[0][0]


def test_another_version_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = both("# c\n%YAML 1.3\n---\na: 1", monkeypatch)
    assert one == other
    assert one[1] == [
        "topics.yaml:2:1: error: this version of YAML is not supported\n  write %YAML 1.2, or remove the line"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, MAX_DEPTH - 1)),
    ],
    ids=["brackets", "aliases"],
)
def test_depth_has_a_limit_also_through_aliases(text: str) -> None:
    assert verdict(text)[1] == []
    deeper = f"[{text}]" if text.startswith("[") else f"{text}z: [*a{MAX_DEPTH - 2}]"
    assert "nested too deeply" in verdict(deeper)[1][0]


def test_every_unset_variable_is_found_wherever_it_is_used() -> None:
    problems = verdict("a: ${NO}\nb: ${NO}\n${NO}: 1\nc: [=, =]")[1]
    assert [problem.split(": ")[0] for problem in problems] == [
        f"topics.yaml:{place}" for place in ("1:4", "2:4", "3:1", "4:5", "4:8")
    ]


def test_warnings_of_the_process_are_left_alone_while_others_parse() -> None:
    text = "a: &x 1\nb: &x 2\nc: *x\n" * 50

    def parse_often() -> None:
        for _ in range(20):
            compose(text, "topics.yaml", {})

    before = warnings.filters[:]
    threads = [threading.Thread(target=parse_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    seen = [list(warnings.filters) for _ in range(200)]
    for thread in threads:
        thread.join()
    assert all(filters == before for filters in seen)
