"""Where the topics of a report are in its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import orjson

from reconciler.errors import Location
from reconciler.report.read import ReportFile

_NAME = re.compile(rb'^[ \t]*"name"\s*:\s*("(?:[^"\\\n]|\\.)*")', re.MULTILINE)


def place_in(file: ReportFile) -> Callable[[str], Location]:
    """Gives the place of a topic in ``file`` as reports are written, a key on each line; else its first line."""
    lines = dict(reversed([*_names(file.content)]))  # an error has a name as well: the first one counts
    return lambda topic: Location(file.name, lines.get(topic, 1), 1)


def _names(content: bytes) -> Iterator[tuple[str, int]]:
    number, counted = 1, 0
    for found in _NAME.finditer(content, max(content.find(b'"topics"'), 0)):
        number += content.count(b"\n", counted, found.start())
        counted = found.start()
        yield orjson.loads(found[1]), number
