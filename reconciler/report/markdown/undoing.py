"""An undo: which run, what does not come back, and the patch of the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.report.document import NotRestored, Report
from reconciler.report.markdown.fitting import Room
from reconciler.report.markdown.words import code, plain
from reconciler.report.undo_text import MOST_TOPICS, beside_refused, patch_as_yaml

_BACKTICKS = re.compile(r"`+")


def undone_run(report: Report, room: Room) -> Iterator[str]:
    """Which run is undone, and what of it is not restored, but for what the tables show as refused."""
    if report.undo is not None:
        head = ["", f"Undo of run {code(report.undo.run_id)} ({code(report.undo.report)})."]
        yield from room.section("line", head, ())
        lasting = beside_refused(report)
        if lasting:
            yield from room.section("line", ["", "**Not restored**", ""], map(_bullet, lasting))


def patch_of_undo(report: Report, room: Room) -> Iterator[str]:
    """The patch as a block to copy: whole or not at all, because a part of it may be wrong."""
    if report.undo is not None and 0 < len(report.undo.patch.get("topics", {})) <= MOST_TOPICS:
        text = patch_as_yaml(report.undo)
        fence = "`" * max([3, *(len(each) + 1 for each in _BACKTICKS.findall(text))])
        head = ["", "<details><summary>Patch for the manifest, before the next apply</summary>", ""]
        block = [*head, f"{fence}yaml", *text.splitlines(), fence, "", "</details>"]
        yield from room.section("line", block, ())
    if report.undo is not None and report.undo.not_in_patch:
        lacking = map(_bullet, report.undo.not_in_patch)
        yield from room.section("line", ["", "**Not in the patch; correct the manifest itself**", ""], lacking)


def _bullet(each: NotRestored) -> str:
    return f"- {code(each.topic)}: {plain(each.field.removeprefix('config.'))}: {plain(each.why)}"
