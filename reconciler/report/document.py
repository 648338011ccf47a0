"""The report document, format version 1.0. ``python -m reconciler.report.document`` prints its JSON Schema.

Every key is always there; what is absent is ``null``. Nothing secret enters it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from reconciler.printable import encodable, escaped, escaped_hint

FORMAT_VERSION: Literal["1.0"] = "1.0"

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _of_any_text(cls, values: Any) -> Any:
        """Escape bytes that are not UTF-8, in paths for instance: JSON has no word for them. Inner parts did so."""
        if not isinstance(values, dict):
            return values
        return {
            name: mapped(value, encodable) if isinstance(value, str | dict) else value for name, value in values.items()
        }


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """``value`` with every text in it changed, in models, lists and mappings, however deep."""
    match value:
        case str():
            return change(value)
        case BaseModel():
            return value.model_copy(update={name: mapped(part, change) for name, part in value})
        case list():
            return [mapped(part, change) for part in value]
        case dict():
            return {mapped(key, change): mapped(part, change) for key, part in value.items()}
        case _:
            return value


_TO_ESCAPE = re.compile(r"\\[ubfnrt]")


def printable(report: Report) -> Report:
    """``report`` with everything escaped in it that is not printable, line breaks included."""
    text = report.model_dump_json()
    if text.isprintable() and not _TO_ESCAPE.search(text):
        return report
    # In a hint some line breaks are ours.
    hints = [entry.hint and escaped_hint(entry.hint) for entry in report.diagnostics]
    safe = cast("Report", mapped(report, escaped))
    diagnostics = [entry.model_copy(update={"hint": hint}) for entry, hint in zip(safe.diagnostics, hints, strict=True)]
    return safe.model_copy(update={"diagnostics": diagnostics})


class Tool(_Part):
    """What wrote the report."""

    name: Literal["reconciler"] = "reconciler"
    version: str


class Run(_Part):
    """One run of a command."""

    id: str = Field(description="A random UUID.")
    started_at: AwareDatetime
    finished_at: AwareDatetime
    duration_seconds: Seconds
    status: Literal["ok", "changes", "refused", "failed", "interrupted"] = Field(
        description="ok: nothing pending that matters; changes: differences that apply would make; refused: something "
        "is impossible, everything else was done; failed: an error; interrupted: a signal."
    )
    exit_code: Count


class Cluster(_Part):
    """The cluster that was read; `null` in the report when none was."""

    id: str | None
    bootstrap_servers: str
    brokers: Count


class ManifestFile(_Part):
    """A file of the manifest as it was read."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(_Part):
    """The manifest; `null` in the report when it could not be read."""

    files: list[ManifestFile]
    digest: str = Field(description="SHA-256 over the files' digests.", pattern="^sha256:[0-9a-f]{64}$")


class Plan(_Part):
    """The plan's identity."""

    fingerprint: str = Field(
        description="SHA-256 of the plan, the cluster's id and the live state.", pattern="^sha256:[0-9a-f]{64}$"
    )


class Summary(_Part):
    """Numbers of topics: by `action`, by what stands in the way, and by the `status` that they came to."""

    create: Count = 0
    skip: Count = 0
    drift: Count = 0
    delete: Count = 0
    risky: Count = Field(default=0, description="Topics with a change that needs consent.")
    impossible: Count = Field(
        default=0, description="Topics with a change, or a create, that Kafka cannot make or the broker refuses."
    )
    unmanaged: Count = 0
    unreadable: Count = Field(default=0, description="Topics whose live state could not be read.")
    waived: Count = 0
    applied: Count = 0
    failed: Count = 0
    refused: Count = 0
    stale: Count = 0
    unknown: Count = 0


class Place(_Part):
    """A place in a file, line and column from 1."""

    file: str
    line: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]


class Variable(_Part):
    """An environment variable, where a value comes from one."""

    variable: str


Origin = Place | Variable


class Error(_Part):
    """An error of a broker or of the Kafka client, or what `reconciler` itself found."""

    code: int = Field(
        description="Kafka's protocol error code; below -1 that of librdkafka, and 0 where neither of the two said so."
    )
    name: str
    class_: Literal["EXPECTED", "RETRIABLE", "FATAL"] = Field(alias="class")
    message: str = Field(description="The words of whoever said so.")
    remedy: str = Field(description="What to do about it.")


class Settings(_Part):
    """A topic's settings; a count is `null` where the broker decides."""

    partitions: Count | None
    replication_factor: Count | None
    config: dict[str, str] = Field(description="Values in the broker's canonical spelling.")


class Live(_Part):
    """A topic on the cluster."""

    topic_id: str | None = Field(description="`null` where it was not read.")
    partitions: Count
    replication_factor: Count = Field(description="The lowest of its partitions.")
    config: dict[str, str | None] = Field(
        description="The overrides set on the topic itself; `null` where the cluster does not show the value."
    )


Status = Literal["planned", "applied", "failed", "refused", "stale", "unknown", "not_attempted", "unchanged"]


class Change(_Part):
    """One field that differs."""

    field: str = Field(description="`partitions`, `replication_factor` or `config.<key>`.")
    before: int | str | None = Field(
        description="The live value, inherited ones included; `null` where there is none, and where an override is "
        "reset (`after` is `null` too) whose value the cluster does not show."
    )
    after: int | str | None = Field(description="The desired value; `null` resets an override.")
    verdict: Literal["safe", "risky", "impossible"]
    consent: None = None
    reason: str | None = Field(description="Why the change is not safe, and the way out.")
    impact: None = None
    waiver: None = None
    origin: Origin | None = Field(description="The place that set the desired value.")
    status: Status = Field(description="What came of this change.")


class Objection(_Part):
    """What the broker refuses of the topic, field by field."""

    field: str = Field(description="`partitions`, `replication_factor` or `config.<key>`.")
    message: str = Field(description="The broker's words.")
    remedy: str = Field(description="What to do about it.")
    origin: Origin | None = Field(description="The place that set the value.")


class Attempt(_Part):
    """One write request as far as it concerns this topic."""

    operation: Literal["create_topics", "create_partitions", "incremental_alter_configs"]
    number: Annotated[int, Field(ge=1)]
    started_at: AwareDatetime
    duration_seconds: Seconds
    error: Error | None
    found_applied: bool = Field(
        description="The error notwithstanding, a look at the cluster showed what was asked for."
    )


class Verification(_Part):
    """What reading the topic back showed."""

    status: Literal["verified", "mismatch", "not_visible", "unverifiable"]
    checked_at: AwareDatetime


class Topic(_Part):
    """One topic of the manifest."""

    name: str
    action: Literal["create", "skip", "drift", "delete", "unreadable"]
    status: Status
    owner: str | None
    origin: Place
    desired: Settings
    live: Live | None
    changes: list[Change]
    objections: list[Objection]
    unchecked: Error | None = Field(
        description="Why the broker did not check the create or the changes; `null` where it did, or there were none."
    )
    attempts: list[Attempt]
    verification: Verification | None
    error: Error | None


class UnmanagedTopic(_Part):
    """A topic on the cluster that the manifest answers for and does not name."""

    name: str
    partitions: Count
    replication_factor: Count
    config: dict[str, str]


class DiagnosticEntry(_Part):
    """One problem."""

    severity: Literal["error", "warning", "info"]
    code: str = Field(pattern="^[a-z0-9-]+$")
    message: str
    hint: str | None
    topic: str | None
    origin: Origin | None
    detail: str | None = Field(description="Lines for whoever looks into it: the traceback of an internal error.")


class Statistics(_Part):
    """Numbers for monitoring."""

    topics_created: Count = Field(default=0, description="By this run, and read back.")
    topic_creation_errors: Count = Field(
        default=0, description="Topics that an apply did not create because the broker refused it, or it failed."
    )
    retries: Count = Field(default=0, description="Times that a topic's request was sent again.")
    requests: dict[str, Count] = Field(default_factory=dict, description="Requests sent, by kind.")
    durations: dict[str, Seconds] = Field(
        default_factory=dict, description="Seconds by phase: `manifest`, `read`, `check`, `write`, `verify`."
    )
    last_topic_verification: AwareDatetime | None = None


class Report(_Part):
    """What a run of `reconciler` found and did."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Report of a reconciler run")

    format_version: Literal["1.0"] = FORMAT_VERSION
    tool: Tool
    command: Literal["validate", "plan", "apply", "drift"]
    run: Run
    environment: str | None
    cluster: Cluster | None
    manifest: Manifest | None
    plan: Plan | None
    summary: Summary
    topics: list[Topic] = Field(description="Sorted by name.")
    unmanaged: list[UnmanagedTopic]
    diagnostics: list[DiagnosticEntry]
    statistics: Statistics


def report_schema() -> str:
    """The JSON Schema of the report, as text."""
    import json  # noqa: PLC0415 - only the maintainers' `make schemas` and a test need it

    schema = Report.model_json_schema(mode="serialization", by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema, indent=2) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(report_schema())
