"""The schemas that ``validate`` uses: that of manifests, from its file, and that of overlays, derived from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def written_schema(name: str) -> dict[str, Any]:
    """The schema ``topics`` or ``overlay`` of documents whose variables are replaced."""
    text = Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema if name == "topics" else _overlay_schema(schema)


def _overlay_schema(topics_schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an overlay, derived from that of a manifest: nothing is required, ``null`` removes.

    ``version`` and ``topics`` themselves cannot be removed, so a valid manifest stays valid with any overlay.
    """
    overlay: dict[str, Any] = _nullable(topics_schema)
    del overlay["required"]
    overlay["type"] = "object"
    overlay["properties"]["topics"]["type"] = "object"
    overlay["properties"]["version"] = topics_schema["properties"]["version"]
    overlay["title"] = "reconciler overlay"
    overlay["description"] = (
        "Changes to the manifest for one environment, merged into it with `-e NAME` as a JSON Merge Patch (RFC 7386): "
        "mappings merge, lists and scalars replace, `null` removes."
    )
    overlay["errorMessage"] = "must be a mapping such as topics: {...}"
    return overlay


def _nullable(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    copy = {key: value if key == "items" else _nullable(value) for key, value in schema.items()}
    if "type" in schema and "errorMessage" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        copy["type"] = [*dict.fromkeys((*types, "null"))]
    if "enum" in schema:
        copy["enum"] = [*schema["enum"], None]
    return copy
