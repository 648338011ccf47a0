"""Files to the desired state: read, merge the overlay, check, and report all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from reconciler.errors import Diagnostic, Location, ManifestInvalid, Severity
from reconciler.manifest.checks import objections
from reconciler.manifest.consents import consent_problems
from reconciler.manifest.documents import ReadFile, nothing_in, read_file
from reconciler.manifest.grouping import grouped
from reconciler.manifest.merge import merge
from reconciler.manifest.nodes import Node, mapping, string
from reconciler.manifest.policy import cluster_of, policy_of, scope_of, section_problems
from reconciler.manifest.removals import removals
from reconciler.manifest.sources import manifest_files, overlay_files
from reconciler.manifest.topics import default_config, topics_of
from reconciler.manifest.union import union
from reconciler.manifest.variables import env_key, with_variables
from reconciler.manifest.violations import VIOLATIONS, topic_rules, violations
from reconciler.manifest.waivers import waiver_problems, waivers_of
from reconciler.model import DesiredState
from reconciler.printable import quoted


def load(
    paths: Sequence[Path], environment: str | None, environ: Mapping[str, str], *, today: date | None = None
) -> DesiredState:
    """The desired state of the files and directories ``paths``, with the overlay of ``environment`` on top.

    ``environ`` is the environment for interpolation and ``KAFKA_TOPIC_*`` variables. Consents and waivers that
    ended before ``today`` are warned about. Raises ManifestInvalid with every error of every file.
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
    desired, more = desired_of(document, environ, today)
    problems = _in_order([*problems, *more], [*files, *overlays])
    if any(problem.severity is Severity.ERROR and problem.code not in VIOLATIONS for problem in problems):
        raise ManifestInvalid(*problems)
    return replace(
        desired,
        files=tuple(file.file for file in (*files, *overlays) if file.file is not None),
        environment=environment,
        diagnostics=tuple(problems),
    )


def desired_of(document: Node, environ: Mapping[str, str], today: date | None) -> tuple[DesiredState, list[Diagnostic]]:
    """What the merged ``document`` wants, and every problem in it."""
    rules, problems = topic_rules(document)
    policy = replace(policy_of(document), schema=rules.schema.text if rules.schema is not None else None)
    problems += [*section_problems(document), *consent_problems(document, today), *waiver_problems(document, today)]
    topics, more = topics_of(document, policy)
    problems += more
    topics, more = with_variables(topics, _env_keys(document), environ)
    problems += [*more, *objections(topics, policy)]
    desired = DesiredState(
        topics=tuple(topics),
        policy=policy,
        cluster=cluster_of(document),
        scope=scope_of(document),
        waivers=tuple(waivers_of(document)),
        default_config=default_config(document),
        judge=partial(violations, rules=rules),
        violations=violations(topics, rules),
    )
    broken = [problem for each in desired.violations.values() for problem in each]
    return desired, [*problems, *grouped(broken)]


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
    wrong = {
        problem.origin for problem in problems if problem.severity is Severity.ERROR and problem.code not in VIOLATIONS
    } - {None}
    return [
        problem
        for problem in problems
        if problem.code == "interpolation"
        or (problem.origin not in unset and (problem.severity is Severity.ERROR or problem.origin not in wrong))
    ]
