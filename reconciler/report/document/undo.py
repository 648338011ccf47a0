"""An undo in the report document."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.report.document.part import Part

TopicPatch = dict[str, int | str | dict[str, str | None]]
"""What a patch has at a topic: counts, the state, and config values by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRestored(Part):
    """What an undo does not bring back."""

    topic: str
    field: str
    """`partitions`, `config.<key>`, `records`, `offsets` of groups, or `state` for the topic as a whole."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Part):
    """The run that this one undoes, or would undo."""

    report: str
    """The path of its report, as it was given."""
    run_id: str
    patch: dict[str, dict[str, TopicPatch | None]]
    """A JSON Merge Patch (RFC 7386) for the manifest, so that it wants what is restored; empty if it does already."""
    not_in_patch: list[NotRestored]
    """What is restored and the patch cannot express; the manifest itself needs a change."""
    not_restored: list[NotRestored]
    """What is not restored whatever is consented to."""
