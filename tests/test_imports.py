"""What tests share is in packages of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.command import PROJECT


def imported(path: Path) -> Iterator[str]:
    """Every module that the file imports, and every name that may be one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_module_is_imported_by_another() -> None:
    paths = sorted((PROJECT / "tests").rglob("*.py"))
    modules = {".".join(path.relative_to(PROJECT).with_suffix("").parts): path for path in paths}
    own = {name for name, path in modules.items() if path.name == "conftest.py" or path.name.startswith("test_")}
    found = {name: shared for name, path in modules.items() if (shared := sorted({*imported(path)} & own))}
    assert found == {}, "put what they share into tests/support, or into a module of the folder without tests"
