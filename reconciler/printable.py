"""Escape text from outside, so that it is safe on a terminal, in a log and on a page."""

from __future__ import annotations

import unicodedata

_BYTES = range(0xDC80, 0xDD00)
"""How Python represents bytes that are not UTF-8 (PEP 383)."""


def escaped(text: str) -> str:
    r"""``text`` with ``\x1b``, ``\n``, ``\u202e`` for what is not printable: control, invisible and bidi characters.

    That is what ``repr`` escapes too. A byte that is not UTF-8 is shown as ``\xe9``.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def unmistakable(text: str) -> str:
    r"""``text`` escaped, with ``\u043e`` also for what looks like an ASCII character, such as that Cyrillic letter.

    For names and values that a message calls wrong, so that the reader can see what is wrong with them.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_clear(character) else _escape(character) for character in text)


def quoted(text: str) -> str:
    """``unmistakable(text)`` in quotes, as Python writes them."""
    mark = '"' if "'" in text and '"' not in text else "'"
    inner = text.replace("\\", "\\\\").replace(mark, f"\\{mark}")
    return f"{mark}{unmistakable(inner)}{mark}"


def escaped_lines(text: str) -> str:
    """``text`` with each line escaped; its line breaks are ours."""
    return "\n".join(map(escaped, text.split("\n")))


def escaped_hint(text: str) -> str:
    """``text`` escaped except for our own line breaks with an indent, so that it cannot look like another message."""
    return _INDENT.join(map(escaped, text.split(_INDENT)))


_INDENT = "\n  "


def encodable(text: str) -> str:
    """``text`` with only lone surrogates escaped, which UTF-8 cannot express."""
    if text.isascii():
        return text
    return "".join(_escape(character) if "\ud800" <= character <= "\udfff" else character for character in text)


def escaped_json(text: str) -> str:
    r"""A JSON text with ``\u`` escapes for unprintable characters; the same JSON value."""
    return "\n".join(line if line.isprintable() else _escaped_json_line(line) for line in text.split("\n"))


def ascii_json(text: str) -> str:
    """A JSON text in ASCII, for a stream that is not UTF-8; the same JSON value."""
    return "".join(character if character.isascii() else _json_escape(character) for character in escaped_json(text))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code - 0xDC00:02x}" if code in _BYTES else character.encode("unicode_escape").decode()


_PLAIN_SCRIPTS = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ")
_CLEAR = frozenset("ßæÆøØœŒðÐþÞłŁ…")


def _is_clear(character: str) -> bool:
    """Whether ``character`` is printable and does not look like another one: ``é`` or ``日``, not a Greek letter."""
    if character.isascii():
        return character.isprintable()
    if character in _CLEAR:
        return True
    if not character.isalpha() or unicodedata.normalize("NFKC", character) != character:
        return False
    if unicodedata.name(character, "").startswith(_PLAIN_SCRIPTS):
        return True
    return unicodedata.normalize("NFD", character)[0].isascii()


def _escaped_json_line(line: str) -> str:
    return "".join(character if character.isprintable() else _json_escape(character) for character in line)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
