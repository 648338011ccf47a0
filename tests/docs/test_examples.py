"""Every YAML block of the documentation is read by ``reconciler`` itself.

A block with ``version`` is a manifest; one for overlays, by its first line, is laid over the last manifest above it
that has its topics;
a GitHub workflow (``on`` or ``jobs``) and what begins with ``apiVersion`` is for others. Any other block is a part of
a manifest, and completed with what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import Severity
from reconciler.manifest.load import load
from tests.support.command import PROJECT

_BLOCK = re.compile(r"^( *)```ya?ml[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_OF_OTHERS = re.compile(
    r"^(on|jobs|apiVersion|kind|services|steps|- uses|- name|- run|stages|repos| *hooks|image|include):?", re.MULTILINE
)
_VARIABLES = {"TEAM": "orders", "PARTITIONS": "6", "PREFIX": "dev"}


def blocks() -> Iterator[tuple[str, str, str]]:
    """The place, the manifest above and the text of each block."""
    for file in [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]:
        text, manifests = file.read_text(), [""]
        for found in _BLOCK.finditer(text):
            indent, block = found[1], found[2]
            block = "".join(line.removeprefix(indent) for line in block.splitlines(keepends=True))
            if not _OF_OTHERS.search(block):
                topics = re.findall(r"^  ([\w.-]+):", block, re.MULTILINE)
                above = [manifest for manifest in manifests if all(topic in manifest for topic in topics)]
                yield f"{file.name}:{text.count(chr(10), 0, found.start()) + 1}", (above or manifests)[-1], block
            if re.search(r"^version:", block, re.MULTILINE) and "topics:" in block:
                manifests.append(block)


BLOCKS = [*blocks()]


@pytest.mark.parametrize(("above", "block"), [block[1:] for block in BLOCKS], ids=[block[0] for block in BLOCKS])
def test_a_yaml_block_of_the_documentation_is_valid(above: str, block: str, tmp_path: Path) -> None:
    is_overlay = "overlay.schema.json" in block
    manifest = above if is_overlay else block
    for key, member in (("version", "version: 1\n"), ("topics", "topics: {}\n")):
        if not re.search(rf"^{key}:", manifest, re.MULTILINE):
            manifest = f"{manifest}\n{member}"
    (tmp_path / "topics.yaml").write_text(manifest)
    (tmp_path / "topics.prod.yaml").write_text(block)
    state = load([tmp_path / "topics.yaml"], "prod" if is_overlay else None, _VARIABLES)
    assert [problem for problem in state.diagnostics if problem.severity is not Severity.INFO] == []


def test_the_documentation_has_such_blocks() -> None:
    assert len(BLOCKS) > 4
