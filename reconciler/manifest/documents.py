"""Files to documents: each file is read and parsed, and each document validated against the schema."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Diagnostic, Location, Severity
from reconciler.manifest.nodes import Node, mapping
from reconciler.manifest.parse import parse
from reconciler.manifest.schema import check
from reconciler.manifest.sources import STANDARD_INPUT, spellings
from reconciler.manifest.wording import shown
from reconciler.model import ManifestFile
from reconciler.printable import unmistakable


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file: its documents and their problems."""

    path: Path
    file: ManifestFile | None
    """``None`` where it could not be read."""
    documents: list[Node]
    problems: list[Diagnostic]
    has_comments: bool = False


def read_file(path: Path, schema_name: str, environ: Mapping[str, str]) -> ReadFile:
    """The documents of ``path``, each validated against the schema ``topics`` or ``overlay``."""
    try:
        if path == STANDARD_INPUT:
            path = Path("<stdin>")  # its name in messages and in the report
            content = _standard_input()
        else:
            content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return _unreadable(path, "no such file", _hint_for_missing(path))
    except UnicodeDecodeError as error:
        return _not_utf8(path, content, error.start)
    except OSError as error:
        return _unreadable(path, f"cannot be read: {error.strerror}", None)
    documents, problems = parse(text, str(path), environ)
    ours = []
    for document in documents:
        resource = _kubernetes_resource(document)
        if resource is not None:
            problems.append(resource)
            continue
        checked, more = check(document, schema_name)
        ours.append(checked)
        problems += more
    file = ManifestFile(path=str(path), sha256=hashlib.sha256(content).hexdigest())
    return ReadFile(path, file, ours, problems, has_comments=_COMMENT.search(text) is not None)


def _standard_input() -> bytes:
    """All bytes. Without ``sys.stdin``: a waiting thread would hold its lock until the process ends."""
    with open(0, "rb", buffering=0, closefd=False) as stream:
        return stream.read()


def _kubernetes_resource(document: Node) -> Diagnostic | None:
    """The single error for a resource of Strimzi and others, which has none of our keys."""
    members = mapping(document)
    if not {"apiVersion", "kind"} <= members.keys():
        return None
    return Diagnostic(
        severity=Severity.ERROR,
        code="kubernetes-resource",
        message=f"this is a Kubernetes resource of kind {shown(members['kind'])}, not a manifest",
        hint="write the topic under topics:, with partitions:, replication_factor: and config:",
        origin=document.location,
    )


_COMMENT = re.compile(r"^[ \t]*#", re.MULTILINE)


def nothing_in(files: list[ReadFile], schema_name: str) -> list[Diagnostic]:
    """An error for each of ``files`` if all of them are empty.

    An overlay of comments changes nothing; an empty one is more likely the output of a broken script.
    """
    is_overlay = schema_name == "overlay"
    if any(file.documents or file.problems or (is_overlay and file.has_comments) for file in files):
        return []
    start = "write {} for an overlay without changes" if is_overlay else "start with `version: 1` and `topics:`"
    return [
        Diagnostic(
            severity=Severity.ERROR,
            code="empty",
            message="the file contains only comments" if file.has_comments else "the file is empty",
            hint=start,
            origin=Location(str(file.path), 1, 1),
        )
        for file in files
    ]


def _not_utf8(path: Path, content: bytes, start: int) -> ReadFile:
    """The error for the byte at ``start``, the first that is not UTF-8."""
    before = content[content.rfind(b"\n", 0, start) + 1 : start].decode()
    place = Location(str(path), content.count(b"\n", 0, start) + 1, len(before) + 1)
    message = f"the byte 0x{content[start]:02x} is not valid UTF-8"
    problem = Diagnostic(
        severity=Severity.ERROR, code="unreadable-file", message=message, hint="save the file as UTF-8", origin=place
    )
    return ReadFile(path, None, [], [problem])


def _hint_for_missing(path: Path) -> str:
    for other in map(path.with_suffix, spellings(path.suffix)[1:]):
        if os.path.lexists(other):
            return f"did you mean {other}?"
    return "give the path of the manifest, or run in its directory"


def _unreadable(path: Path, message: str, hint: str | None) -> ReadFile:
    words = f"{unmistakable(str(path))}: {message}"
    problem = Diagnostic(severity=Severity.ERROR, code="unreadable-file", message=words, hint=hint)
    return ReadFile(path, None, [], [problem])
