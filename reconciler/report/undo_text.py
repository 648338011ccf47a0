"""An undo as text: which run, what does not come back, and the patch of the manifest as YAML."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from click import style

from reconciler.configs.units import exact
from reconciler.model import STATE
from reconciler.report.document import NotRestored, Report, Undo
from reconciler.report.layout import Detail, TextStyle, count, wrapped

_ABOUT = "The manifest still wants what is undone. Merge this patch into it before the next apply:"
_TOO_LONG = (
    "The manifest still wants what is undone. The patch for {} is in the JSON report, as undo.patch; "
    "JSON is YAML, so it can be saved as an overlay."
)
MOST_TOPICS = 500
"""With more topics the patch is not shown: nobody reads it, and writing it as YAML takes seconds."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_WORDS = {"true": True, "false": False}


def undo_heading(report: Report, layout: TextStyle) -> Iterator[str]:
    """Which run is undone; nothing where none is."""
    if report.undo is not None:
        yield from wrapped(f"Undo of run {report.undo.run_id} ({report.undo.report})", layout, indent=2)


def lasting(report: Report, layout: TextStyle) -> Iterator[str]:
    """What is not restored, but for the changes that the plan shows as refused; a blank line follows."""
    others = beside_refused(report)
    if others and layout.detail is not Detail.SUMMARY:
        yield style("Not restored:", bold=True)
        yield from _listed(others, layout)
        yield ""


def beside_refused(report: Report) -> Sequence[NotRestored]:
    """What an undo does not restore, without the changes that are shown as refused."""
    if report.undo is None:
        return ()
    refused = {(topic.name, change.field) for topic in report.topics for change in topic.changes if change.refusal}
    refused |= {(topic.name, STATE) for topic in report.topics if topic.refusal}
    return [each for each in report.undo.not_restored if (each.topic, each.field) not in refused]


def patch_lines(report: Report, layout: TextStyle) -> Iterator[str]:
    """The patch, to stand at the end, where it can be copied, with a blank line before it."""
    undo = report.undo
    if undo is None or layout.detail is Detail.SUMMARY:
        return
    number = len(undo.patch.get("topics", {}))
    if number > MOST_TOPICS:
        yield ""
        yield from wrapped(_TOO_LONG.format(count(number, "topic")), layout)
    elif number:
        yield ""
        yield from wrapped(_ABOUT, layout)
        yield ""
        yield from patch_as_yaml(undo).splitlines()
    if undo.not_in_patch:
        yield from ["", style("Not in the patch; correct the manifest itself:", bold=True)]
        yield from _listed(undo.not_in_patch, layout)


def _listed(found: Sequence[NotRestored], layout: TextStyle) -> Iterator[str]:
    for each in found:
        yield from wrapped(f"{each.topic}: {each.field.removeprefix('config.')}: {each.why}", layout, start=2, indent=4)


def patch_as_yaml(undo: Undo) -> str:
    """The patch as an overlay has it, with units where they are exact."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only an undo needs it

    yaml = YAML()
    yaml.width = 2**16
    yaml.representer.add_representer(type(None), lambda dumper, _none: dumper.represent_scalar(_NULL, "null"))
    text = io.StringIO()
    yaml.dump(_written(undo.patch), text)
    return text.getvalue()


_NULL = "tag:yaml.org,2002:null"


def _written(value: Any, key: str = "") -> Any:
    """``value`` as a person would write it."""
    match value:
        case dict():
            return {each: _written(inner, each) for each, inner in value.items()}
        case str() if value in _WORDS:
            return _WORDS[value]
        case str() if exact(key, value) is not None:
            return exact(key, value)
        case str() if _NUMBER.fullmatch(value):
            return int(value)
        case _:
            return value
