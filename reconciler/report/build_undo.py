"""An undo to its part of the report document."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model import NotRestored, Record, Undo
from reconciler.plan.undo import not_restored, patch_of
from reconciler.report import document


def build_undo(record: Record, undo: Undo) -> document.Undo:
    """The part of the document about the run that is undone."""
    lasting = not_restored(undo, record.plan)
    patch = patch_of(undo, record.outcomes, lasting)
    return document.Undo(
        report=undo.report,
        run_id=undo.run_id,
        patch=dict(patch.document),
        not_in_patch=_each(patch.lacks),
        not_restored=_each(lasting),
    )


def _each(found: Iterable[NotRestored]) -> list[document.NotRestored]:
    return [document.NotRestored(topic=each.topic, field=each.field, why=each.why) for each in found]
