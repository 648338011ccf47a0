"""The checksum of a report: shows that a file was changed after it was written. It is no signature."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def checksum(document: Mapping[str, Any]) -> str | None:
    """``sha256:`` and the SHA-256 of ``document``; ``None`` for a report without a plan.

    White space, the order of keys and the checksum that ``document`` has do not count; all keys do, those of later
    versions included. ``document`` is what JSON is read into, or written from. Raises orjson.JSONEncodeError.
    """
    plan = document.get("plan")
    if not isinstance(plan, Mapping):
        return None
    text = orjson.dumps(
        {**document, "plan": {**plan, "checksum": None}}, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
    )
    return f"sha256:{hashlib.sha256(text).hexdigest()}"
