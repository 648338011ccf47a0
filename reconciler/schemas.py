"""The published JSON Schemas, wherever this copy of the project keeps them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAMES = ("topics", "overlay", "report")


def schema_text(name: str) -> str:
    """The text of the schema ``name``, one of NAMES."""
    file_name = f"{name}.schema.json"
    packaged = files("reconciler") / "schemas" / file_name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    # A checkout has them at its top level, where editors and other repositories point to.
    return (Path(__file__).parent.parent / "schemas" / file_name).read_text(encoding="utf-8")
