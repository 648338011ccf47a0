"""An undo: what does not come back, and the patch of the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.report.document import NotRestored, Report
from reconciler.report.undo_text import MOST_TOPICS, beside_refused, patch_as_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What there is to show of an undo."""

    run_id: str
    report: str
    not_restored: Sequence[NotRestored]
    """Without the changes that the tables show as refused."""
    topics: int
    """So many are in the patch."""
    patch: str
    """YAML; empty where there is none, or where it is too long to be read."""
    not_in_patch: Sequence[NotRestored]


def undone(report: Report) -> Undone | None:
    """The undo that ``report`` is about; ``None`` if it is about none."""
    undo = report.undo
    if undo is None:
        return None
    topics = len(undo.patch.get("topics", {}))
    return Undone(
        run_id=undo.run_id,
        report=undo.report,
        not_restored=beside_refused(report),
        topics=topics,
        patch=patch_as_yaml(undo) if 0 < topics <= MOST_TOPICS else "",
        not_in_patch=undo.not_in_patch,
    )
