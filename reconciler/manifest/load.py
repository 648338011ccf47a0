"""Files to the desired state: read, merge the overlay, check, and report all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reconciler.errors import Diagnostic, Location, ManifestInvalid, Severity
from reconciler.manifest.checks import objections
from reconciler.manifest.documents import ReadFile, nothing_in, read_file
from reconciler.manifest.merge import merge
from reconciler.manifest.nodes import Node, mapping, string
from reconciler.manifest.policy import address_problems, cluster_of, policy_of
from reconciler.manifest.removals import removals
from reconciler.manifest.sources import manifest_files, overlay_files
from reconciler.manifest.topics import topics_of
from reconciler.manifest.union import union
from reconciler.manifest.variables import env_key, with_variables
from reconciler.model import DesiredState
from reconciler.printable import quoted


def load(paths: Sequence[Path], environment: str | None, environ: Mapping[str, str]) -> DesiredState:
    """The desired state of the files and directories ``paths``, with the overlay of ``environment`` on top.

    ``environ`` is the environment for interpolation and ``KAFKA_TOPIC_*`` variables. Raises ManifestInvalid with
    every error of every file.
    """
    files, problems = _read_all(manifest_files(paths), "topics", environ)
    overlays: list[ReadFile] = []
    if environment is not None:
        overlays, more = _read_all(overlay_files(paths, environment), "overlay", environ)
        problems += more
    document, more = _merged(files, overlays)
    problems += more
    if document is None:
        raise ManifestInvalid(*_in_order(problems, [*files, *overlays]))
    policy = policy_of(document)
    problems += address_problems(document)
    topics, more = topics_of(document)
    problems += more
    topics, more = with_variables(topics, _env_keys(document), environ)
    problems += more
    problems += objections(topics, policy)
    problems = _in_order(problems, [*files, *overlays])
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ManifestInvalid(*problems)
    return DesiredState(
        topics=tuple(topics),
        files=tuple(file.file for file in (*files, *overlays) if file.file is not None),
        environment=environment,
        policy=policy,
        cluster=cluster_of(document),
        diagnostics=tuple(problems),
    )


def _read_all(
    found: tuple[list[Path], list[Diagnostic]], schema_name: str, environ: Mapping[str, str]
) -> tuple[list[ReadFile], list[Diagnostic]]:
    paths, problems = found
    files = [read_file(path, schema_name, environ) for path in paths]
    return files, [
        *problems,
        *(problem for file in files for problem in file.problems),
        *nothing_in(files, schema_name),
    ]


def _merged(files: Sequence[ReadFile], overlays: Sequence[ReadFile]) -> tuple[Node | None, list[Diagnostic]]:
    """All files as one document with the overlays merged over it; ``None`` if there is no document."""
    documents = [document for file in files for document in file.documents]
    if not documents:
        return None, []
    whole, problems = union(documents)
    missing = [key for key in _AT_LEAST if isinstance(whole.value, dict) and key not in whole.value]
    if missing:
        problems.append(
            Diagnostic(
                severity=Severity.ERROR,
                code="missing-key",
                message=f"the manifest has no {' and no '.join(map(quoted, missing))}",
                hint=f"add {' and '.join(_AT_LEAST[key] for key in missing)} at the top level",
                origin=whole.location,
            )
        )
    patches = [document for file in overlays for document in file.documents]
    if patches:
        patch, more = union(patches)
        problems += [*more, *removals(whole, patch)]
        whole = merge(whole, patch)
    return whole, problems


_AT_LEAST = {"version": "version: 1", "topics": "topics:"}


def _env_keys(document: Node) -> dict[str, str]:
    topics = mapping(mapping(document).get("topics"))
    return {name: env_key(name, string(mapping(node).get("env_key"))) for name, node in topics.items()}


def _in_order(problems: Iterable[Diagnostic], files: Sequence[ReadFile]) -> list[Diagnostic]:
    """``problems`` without repetitions, by file and line; those without a place come first."""
    order = {str(file.path): number for number, file in enumerate(files)}

    def place(problem: Diagnostic) -> tuple[int, int, int]:
        match problem.origin:
            case Location(file, line, column):
                return order[file], line, column
            case _:
                return -1, 0, 0

    return sorted(_causes(dict.fromkeys(problems)), key=place)


def _causes(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """``problems`` without those that follow from another one at the same place: an unset variable, or an error."""
    problems = list(problems)
    unset = {problem.origin for problem in problems if problem.code == "interpolation"}
    wrong = {problem.origin for problem in problems if problem.severity is Severity.ERROR} - {None}
    return [
        problem
        for problem in problems
        if problem.code == "interpolation"
        or (problem.origin not in unset and (problem.severity is Severity.ERROR or problem.origin not in wrong))
    ]
