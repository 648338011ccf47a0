"""Text from outside, made harmless in Markdown as GitHub and GitLab read it.

A character reference is never markup: https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
"""

from __future__ import annotations

import re

from reconciler.report.phrases import Code, Line

_MARKUP = re.compile(r"[\\`*_{}\[\]<>&|~$]|^[-+=#:]|^\d+(?=[.)])")
_GAP = "&#8203;"
"""A zero-width space: keeps text from becoming a mention, a link or a reference, and cannot be seen."""
_LIVE = re.compile(
    r"(?i)(?<=[@#!%$^])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=mailto:)|(?<=\bGH-)(?=\d)"
    r"|(?<=:)(?=(?!\d+:)[\w+-]+:|100:|1234:)"  # an emoji, also of a.yaml:100:5
)
_COMMIT = re.compile(r"(?i)\b(?!\d+\b)[0-9a-f]{7,40}\b")
_PART_OF_A_COMMIT = re.compile(r".{6}(?=.)")
"""GitHub links seven digits of a commit, and more."""
_LONGEST = 500
"""Characters of one text that are shown; the JSON report has all of it."""
_SIMPLE = re.compile(r"[^`|\\<>&\s](?:[^`|\\<>&]*[^`|\\<>&\s])?")


def plain(text: str) -> str:
    """``text`` as prose, whatever it contains: no markup, mention, link or reference comes of it."""
    apart = _COMMIT.sub(lambda found: _PART_OF_A_COMMIT.sub("\\g<0>\N{ZERO WIDTH SPACE}", found[0]), _short(text))
    gaps = _LIVE.sub("\N{ZERO WIDTH SPACE}", apart)
    return _MARKUP.sub(_referenced, gaps).replace("\N{ZERO WIDTH SPACE}", _GAP)


def code(text: str) -> str:
    """``text`` as code, also in a table; nothing in it is read as markup."""
    text = _short(text)
    if _SIMPLE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{re.sub(r'[^A-Za-z0-9 .,/=-]', _referenced, text)}</code>"


def marked_up(line: Line) -> str:
    """``line`` with its names and values as code."""
    return "".join(code(part.text) if isinstance(part, Code) else plain(part) for part in line)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _referenced(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found[0])
