"""Files to documents: read, parsed, and each held against the schema."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node
from reconciler.manifest.parse import parse
from reconciler.manifest.schema import check
from reconciler.model import ManifestFile


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read: its documents, and what is wrong with them."""

    path: Path
    file: ManifestFile | None
    """``None`` where it could not be read."""
    documents: list[Node]
    problems: list[Diagnostic]


def read_file(path: Path, schema_name: str, environ: Mapping[str, str]) -> ReadFile:
    """The documents of ``path``, each held against the schema ``topics`` or ``overlay``."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return _unreadable(path, "no such file", "name the manifest with -f, or run where it is")
    except UnicodeDecodeError as error:
        return _unreadable(path, f"not UTF-8 text (byte {error.start})", "save it as UTF-8")
    except OSError as error:
        return _unreadable(path, f"cannot be read: {error.strerror}", None)
    documents, problems = parse(text, str(path), environ)
    for document in documents:
        problems += check(document, schema_name)
    return ReadFile(path, ManifestFile(path=str(path), sha256=hashlib.sha256(content).hexdigest()), documents, problems)


def nothing_in(files: list[ReadFile]) -> list[Diagnostic]:
    """The objection to files none of which holds anything."""
    if any(file.documents or file.problems for file in files):
        return []
    return [
        Diagnostic(
            severity=Severity.ERROR,
            code="empty",
            message="there is nothing in this file",
            hint="start with `version: 1` and `topics:`",
            origin=Location(str(file.path), 1, 1),
        )
        for file in files
    ]


def _unreadable(path: Path, message: str, hint: str | None) -> ReadFile:
    problem = Diagnostic(severity=Severity.ERROR, code="unreadable-file", message=f"{path}: {message}", hint=hint)
    return ReadFile(path, None, [], [problem])
