"""The report document, format version 1.0, as plain data; ``reconciler.report.schema`` has its JSON Schema.

Every key is always there; what is absent is ``null``. Nothing secret enters it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import orjson
from annotated_types import Ge, Timezone

from reconciler.errors import Severity
from reconciler.model import Action, Command, ErrorClass, RefusalKind, RunStatus, TopicStatus
from reconciler.model import Verification as Shown
from reconciler.printable import escaped, escaped_hint

FORMAT_VERSION: Literal["1.0"] = "1.0"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text looks like, for the schema."""

    regex: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """What pydantic asks for."""
        return {**handler(source), "pattern": self.regex}


Sha256 = Annotated[str, Pattern("^[0-9a-f]{64}$")]
Digest = Annotated[str, Pattern("^sha256:[0-9a-f]{64}$")]
Code = Annotated[str, Pattern("^[a-z0-9-]+$")]
Count = Annotated[int, Ge(0)]
FromOne = Annotated[int, Ge(1)]
Seconds = Annotated[float, Ge(0)]
Moment = Annotated[datetime, Timezone(...)]


def json_name(attribute: str) -> str:
    """The key under which an attribute stands in JSON, where ``class`` is a name like any other."""
    return attribute.removesuffix("_")


class _Part:
    """What pydantic reads of a part where it makes the schema."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Any] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "alias_generator": json_name,
        "validate_by_name": False,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(_Part):
    """What wrote the report."""

    name: Literal["reconciler"] = "reconciler"
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary(_Part):
    """One run of a command."""

    id: str
    """A random UUID."""
    started_at: Moment
    finished_at: Moment
    duration_seconds: Seconds
    status: RunStatus
    """`ok`: nothing pending that matters; `changes`: differences that apply would make; `refused`: something is
    impossible, everything else was done; `failed`: an error; `interrupted`: a signal."""
    exit_code: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(_Part):
    """The cluster that was read; `null` in the report when none was."""

    id: str | None
    bootstrap_servers: str
    brokers: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile(_Part):
    """A file of the manifest as it was read."""

    path: str
    sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(_Part):
    """The manifest; `null` in the report when it could not be read."""

    files: list[ManifestFile]
    digest: Digest
    """`sha256:` and the SHA-256 of what the manifest wants, all layers merged; how it is written does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIdentity(_Part):
    """The plan's identity."""

    fingerprint: Digest
    """`sha256:` and the SHA-256 of the plan, the cluster's id and the live state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(_Part):
    """Numbers of topics: by `action`, by what stands in the way, and by the `status` that they came to."""

    create: Count = 0
    skip: Count = 0
    drift: Count = 0
    delete: Count = 0
    risky: Count = 0
    """Topics with a change that needs consent."""
    impossible: Count = 0
    """Topics with a change, or a create, that Kafka cannot make or the broker refuses."""
    unmanaged: Count = 0
    unreadable: Count = 0
    """Topics whose live state could not be read."""
    waived: Count = 0
    applied: Count = 0
    failed: Count = 0
    refused: Count = 0
    stale: Count = 0
    unknown: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(_Part):
    """A place in a file, line and column from 1."""

    file: str
    line: FromOne
    column: FromOne


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(_Part):
    """An environment variable, where a value comes from one."""

    variable: str


Origin = Place | Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(_Part):
    """An error of a broker or of the Kafka client, or what `reconciler` itself found."""

    code: int
    """Kafka's protocol error code; below -1 that of librdkafka, and 0 where neither of the two said so."""
    name: str
    class_: ErrorClass
    message: str
    """The words of whoever said so."""
    remedy: str
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(_Part):
    """Why a topic, or something of it, is not done."""

    kind: RefusalKind
    """Who or what stands in the way; later versions may have more kinds."""
    reason: str
    way_out: str
    """What to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Part):
    """A topic's settings; a count is `null` where the broker decides."""

    partitions: Count | None
    replication_factor: Count | None
    config: dict[str, str]
    """Values in the broker's canonical spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(_Part):
    """A topic on the cluster."""

    topic_id: str | None
    """`null` where it was not read."""
    partitions: Count
    replication_factor: Count
    """The lowest of its partitions."""
    config: dict[str, str | None]
    """The overrides set on the topic itself; `null` where the cluster does not show the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(_Part):
    """One field that differs."""

    field: str
    """`partitions`, `replication_factor` or `config.<key>`."""
    before: int | str | None
    """The live value, inherited ones included; `null` where there is none, and where an override is reset (`after` is
    `null` too) whose value the cluster does not show."""
    after: int | str | None
    """The desired value; `null` resets an override."""
    verdict: Literal["safe", "risky", "impossible"]
    consent: dict[str, Any] | None = None
    """Who agreed to a change that needs consent; `null` where it needs none."""
    reason: str | None
    """Why the change is not safe, and the way out."""
    impact: dict[str, Any] | None = None
    """What the change would cost, as measured; `null` where nothing was."""
    waiver: dict[str, Any] | None = None
    """The agreement to leave the difference as it is; `null` where there is none."""
    origin: Origin | None
    """The place that set the desired value."""
    status: TopicStatus
    """What came of this change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection(_Part):
    """What the broker refuses of the topic, field by field."""

    field: str
    """`partitions`, `replication_factor` or `config.<key>`."""
    message: str
    """The broker's words."""
    remedy: str
    """What to do about it."""
    origin: Origin | None
    """The place that set the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(_Part):
    """One write request as far as it concerns this topic."""

    operation: str
    """The kind of request, such as `create_topics`; later versions may have more kinds."""
    number: FromOne
    started_at: Moment
    duration_seconds: Seconds
    error: Error | None
    found_applied: bool
    """The error notwithstanding, a look at the cluster showed what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(_Part):
    """What reading the topic back showed."""

    status: Shown
    checked_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(_Part):
    """One topic of the manifest."""

    name: str
    action: Action
    status: TopicStatus
    owner: str | None
    origin: Place | None
    """Where the manifest has the topic; `null` where it does not."""
    desired: Settings | None
    """`null` where the topic is to go."""
    live: Live | None
    changes: list[Change]
    objections: list[Objection]
    unchecked: Error | None
    """Why the broker did not check the create or the changes; `null` where it did, or there were none."""
    attempts: list[Attempt]
    verification: Verification | None
    error: Error | None
    """What failed, or why the topic is refused."""
    refusal: Refusal | None
    """Why the create is refused, or what the broker objects to first; `null` where only single changes are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedTopic(_Part):
    """A topic on the cluster that the manifest answers for and does not name."""

    name: str
    partitions: Count
    replication_factor: Count
    config: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticEntry(_Part):
    """One problem."""

    severity: Severity
    code: Code
    message: str
    hint: str | None
    topic: str | None
    origin: Origin | None
    detail: str | None
    """Lines for whoever looks into it: the traceback of an internal error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics(_Part):
    """Numbers for monitoring."""

    topics_created: Count = 0
    """By this run, and read back."""
    topic_creation_errors: Count = 0
    """Topics that an apply did not create because the broker refused it, or it failed."""
    retries: Count = 0
    """Times that a topic's request was sent again."""
    requests: dict[str, Count] = field(default_factory=dict)
    """Requests sent, by kind."""
    durations: dict[str, Seconds] = field(default_factory=dict)
    """Seconds by phase: `manifest`, `read`, `check`, `write`, `verify`."""
    last_topic_verification: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(_Part):
    """What a run of `reconciler` found and did."""

    format_version: Literal["1.0"] = FORMAT_VERSION
    tool: Tool
    command: Command
    run: RunSummary
    environment: str | None
    cluster: Cluster | None
    manifest: Manifest | None
    plan: PlanIdentity | None
    summary: Summary
    topics: list[Topic]
    """Sorted by name."""
    unmanaged: list[UnmanagedTopic]
    diagnostics: list[DiagnosticEntry]
    statistics: Statistics


# --- with its text changed -----------------------------------------------------------------------


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """``value`` with every text in it changed, in parts, lists and mappings, however deep."""
    made: Any = value
    match value:
        case str():
            made = change(value)
        case _Part():
            names: tuple[str, ...] = value.__slots__
            made = type(value)(**{name: mapped(getattr(value, name), change) for name in names})
        case list():
            made = [mapped(part, change) for part in value]
        case dict():
            made = {mapped(key, change): mapped(part, change) for key, part in value.items()}
    return made


_TO_ESCAPE = re.compile(r"\\[ubfnrt]")


def printable(report: Report) -> Report:
    """``report`` with everything escaped in it that is not printable, line breaks included."""
    if _is_printable(report):
        return report
    # In a hint some line breaks are ours.
    hints = [entry.hint and escaped_hint(entry.hint) for entry in report.diagnostics]
    safe: Report = mapped(report, escaped)
    diagnostics = [replace(entry, hint=hint) for entry, hint in zip(safe.diagnostics, hints, strict=True)]
    return replace(safe, diagnostics=diagnostics)


def _is_printable(report: Report) -> bool:
    try:
        text = orjson.dumps(report).decode()
    except orjson.JSONEncodeError:  # bytes that are not UTF-8
        return False
    return text.isprintable() and not _TO_ESCAPE.search(text)
