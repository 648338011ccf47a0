"""Whether text is coloured: ``--color``, then ``NO_COLOR`` and ``FORCE_COLOR``, then the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Colour = Literal["auto", "always", "never"]


def colour(wanted: Colour, environ: Mapping[str, str]) -> bool | None:
    """Whether text is coloured; ``None`` where each stream is, as far as it is a terminal.

    Empty variables count as not set (https://no-color.org, https://force-color.org); ``NO_COLOR`` wins.
    """
    if wanted != "auto":
        return wanted == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return False if environ.get("TERM") == "dumb" else None
