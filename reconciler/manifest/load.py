"""Files to the desired state: read, lay the overlay over, check, and report everything at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Diagnostic, Location, ManifestInvalid, Severity
from reconciler.manifest.merge import merge
from reconciler.manifest.nodes import Node, parse
from reconciler.manifest.schema import check
from reconciler.manifest.topics import topics_of
from reconciler.model import DesiredState, ManifestFile


@dataclass(frozen=True, slots=True)
class _Document:
    file: ManifestFile
    root: Node | None
    problems: list[Diagnostic]


def load(path: Path, environment: str | None = None) -> DesiredState:
    """The desired state of the manifest at ``path``, with the overlay of ``environment`` on top.

    Raises ManifestInvalid with every error of every file.
    """
    documents = [_read(path, "topics", "name the manifest with -f, or run where it is")]
    if environment is not None:
        overlay = overlay_path(path, environment)
        documents.append(_read(overlay, "overlay", f"-e {environment} needs this file beside {path.name}"))
    order = {document.file.path: number for number, document in enumerate(documents)}
    problems = [problem for document in documents for problem in document.problems]
    roots = [document.root for document in documents if document.root is not None]
    if not roots or len(roots) < len(documents):
        raise ManifestInvalid(*problems)
    merged = roots[0]
    for patch in roots[1:]:
        merged = merge(merged, patch)
    topics, objections = topics_of(merged)
    if problems or objections:
        raise ManifestInvalid(*sorted([*problems, *objections], key=lambda problem: _place(problem, order)))
    return DesiredState(
        topics=tuple(topics), files=tuple(document.file for document in documents), environment=environment
    )


def overlay_path(path: Path, environment: str) -> Path:
    """``topics.prod.yaml`` for ``topics.yaml`` and the environment ``prod``."""
    return path.with_name(f"{path.stem}.{environment}{path.suffix}")


def _read(path: Path, schema_name: str, hint_if_missing: str) -> _Document:
    file = str(path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return _unreadable(file, "no such file", hint_if_missing)
    except IsADirectoryError:
        return _unreadable(file, "a directory, where a file is meant", "give one YAML file")
    except UnicodeDecodeError as error:
        return _unreadable(file, f"not UTF-8 text (byte {error.start})", "save it as UTF-8")
    except OSError as error:
        return _unreadable(file, f"cannot be read: {error.strerror}", None)
    root, problems = parse(text, file)
    read = ManifestFile(path=file, sha256=hashlib.sha256(content).hexdigest())
    if root is None and not problems:
        problems = [_error("empty", "there is nothing in this file", file, "start with `version: 1` and `topics:`")]
    elif root is not None:
        problems += check(root, schema_name)
    return _Document(read, root, problems)


def _place(problem: Diagnostic, order: Mapping[str, int]) -> tuple[int, int, int]:
    """Problems stand in the order of the files and of their lines."""
    origin = problem.origin
    return (order[origin.file], origin.line, origin.column) if origin is not None else (-1, 0, 0)


def _unreadable(file: str, message: str, hint: str | None) -> _Document:
    problem = Diagnostic(severity=Severity.ERROR, code="unreadable-file", message=f"{file}: {message}", hint=hint)
    return _Document(ManifestFile(path=file, sha256=""), None, [problem])


def _error(code: str, message: str, file: str, hint: str | None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, origin=Location(file, 1, 1), hint=hint)
