"""The report document as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reconciler.errors import Severity
from reconciler.model import Command, RunStatus
from reconciler.report.document.audit import Audit
from reconciler.report.document.base import BaseIdentity
from reconciler.report.document.part import (
    Code,
    Commit,
    Count,
    Digest,
    Moment,
    Origin,
    Part,
    Seconds,
    Sha256,
)
from reconciler.report.document.reviewed import Reviewed
from reconciler.report.document.topic import (
    Topic,
    UnmanagedTopic,
)
from reconciler.report.document.undo import Undo

FORMAT_VERSION: Literal["1.1"] = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Part):
    """The tool that wrote the report."""

    name: Literal["reconciler"] = "reconciler"
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary(Part):
    """One run of a command."""

    id: str
    """A random UUID."""
    started_at: Moment
    finished_at: Moment
    duration_seconds: Seconds
    status: RunStatus
    """`ok`: in sync, or everything was applied; `changes`: there are changes that apply would make; `refused`:
    something cannot be applied, everything else was; `failed`: an error; `interrupted`: a signal."""
    exit_code: Count
    commit: Commit | None = None
    """The Git commit that the run is about, as the caller gave it; `null` if none was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Part):
    """The cluster that was read; `null` in the report if none was."""

    id: str | None
    bootstrap_servers: str
    brokers: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile(Part):
    """A file of the manifest as it was read."""

    path: str
    sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Part):
    """The manifest; `null` in the report if it could not be read."""

    files: list[ManifestFile]
    digest: Digest
    """`sha256:` and the SHA-256 of the merged desired state; spelling and file layout do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIdentity(Part):
    """The plan's identity."""

    fingerprint: Digest
    """`sha256:` and the SHA-256 of the plan, the cluster's id and the live state."""
    checksum: Digest | None = None
    """`sha256:` and the SHA-256 of this report as JSON without white space, its keys sorted, this value `null`. Shows
    that the file was changed after it was written; it is no signature."""
    base: BaseIdentity | None = None
    """What it was compared with; `null` without `--base`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Part):
    """Numbers of topics: by `action`, by obstacle, and by `status`."""

    create: Count = 0
    skip: Count = 0
    drift: Count = 0
    delete: Count = 0
    risky: Count = 0
    """Topics with a change that needs consent, whether it has it or not."""
    impossible: Count = 0
    """Topics with a create or a change that Kafka cannot make or the broker rejects."""
    unmanaged: Count = 0
    unreadable: Count = 0
    """Topics whose live state could not be read."""
    waived: Count = 0
    """Topics of which waivers accept all drift."""
    applied: Count = 0
    failed: Count = 0
    refused: Count = 0
    stale: Count = 0
    unknown: Count = 0
    recreated: Count = 0
    """Topics that were deleted and created again since an earlier report that was given."""
    from_branch: Count = 0
    """Topics with a create or a change whose `source` is `branch`; 0 without `--base`. A topic with changes of several
    sources counts for each of them."""
    merged_before: Count = 0
    """Likewise with the `source` `merged`."""
    changed_on_cluster: Count = 0
    """Likewise with the `source` `cluster`."""
    found_done: Count = 0
    """Topics that a reviewed plan was to change, and that were as wanted already."""
    drifted: Count = 0
    """Topics with drift that no waiver accepts; this and the following numbers are 0 if the report is of no audit."""
    missing: Count = 0
    """Topics that are not there, waived or not."""
    changed: Count = 0
    """Topics with a field that differs, waived or not."""
    healed: Count = 0
    """Topics with drift in the baseline that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticEntry(Part):
    """One problem."""

    severity: Severity
    code: Code
    message: str
    hint: str | None
    topic: str | None
    origin: Origin | None
    detail: str | None
    """More lines for debugging: the traceback of an internal error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics(Part):
    """Numbers for monitoring."""

    topics_created: Count = 0
    """Topics that this run created and read back."""
    topic_creation_errors: Count = 0
    """Topics that an apply could not create: rejected by the broker, or failed."""
    topics_deleted: Count = 0
    """Topics that this run deleted and found gone."""
    retries: Count = 0
    """Requests that were sent again, counted by topic."""
    requests: dict[str, Count] = field(default_factory=dict)
    """Requests sent, by kind."""
    durations: dict[str, Seconds] = field(default_factory=dict)
    """Seconds by phase: `manifest`, `read`, `measure`, `check`, `write`, `verify`."""
    last_topic_verification: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Part):
    """What a run of `reconciler` found and did."""

    format_version: Literal["1.1"] = FORMAT_VERSION
    tool: Tool
    command: Command
    run: RunSummary
    environment: str | None
    cluster: Cluster | None
    manifest: Manifest | None
    plan: PlanIdentity | None
    reviewed: Reviewed | None = None
    """The plan that was carried out; `null` without `--plan`."""
    summary: Summary
    topics: list[Topic]
    """Sorted by name."""
    unmanaged: list[UnmanagedTopic]
    diagnostics: list[DiagnosticEntry]
    statistics: Statistics
    undo: Undo | None = None
    """The run that this one undoes, with `--undo`; else `null`."""
    audit: Audit | None = None
    """What `drift` found; `null` for any other command, and if the cluster was not read."""
