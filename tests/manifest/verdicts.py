"""What both parsers of the YAML library make of a text."""

from __future__ import annotations

from typing import Any

import pytest
import ruamel.yaml.main

from reconciler.manifest.nodes import Node
from reconciler.manifest.parse import parse

Verdict = tuple[list[Any], list[str]]


def both(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Verdict, Verdict]:
    """The documents with their places, and the problems: with both parsers installed, and with one."""
    assert vars(ruamel.yaml.main)["CParser"] is not None
    with_both = verdict(text)
    with monkeypatch.context() as patch:
        patch.setattr(ruamel.yaml.main, "CParser", None)  # as the library itself does where it is not installed
        return with_both, verdict(text)


def verdict(text: str) -> Verdict:
    documents, problems = parse(text, "topics.yaml", {})
    return [repr(placed(document)) for document in documents], [str(problem) for problem in problems]


def placed(node: Node) -> Any:
    match node.value:
        case dict(members):
            return {(key, *child.key_location[1:]): placed(child) for key, child in members.items()}
        case list(items):
            return [placed(item) for item in items]
        case value:
            return value, node.text, *node.location[1:]
