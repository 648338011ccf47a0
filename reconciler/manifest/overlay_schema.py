"""The schema of overlays, generated from that of manifests; running this module prints it."""

from __future__ import annotations

import json
import sys
from typing import Any

from reconciler.schemas import schema_text


def overlay_schema(topics_schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an overlay, generated from that of a manifest: nothing is required, ``null`` removes.

    ``version`` and ``topics`` themselves cannot be removed, so a valid manifest stays valid with any overlay.
    """
    overlay: dict[str, Any] = _nullable(topics_schema)
    del overlay["required"]
    overlay["type"] = "object"
    overlay["properties"]["topics"]["type"] = "object"  # version is an enumeration, which null is not in
    overlay["title"] = "Overlay of a reconciler manifest for one environment"
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
    return copy


if __name__ == "__main__":
    sys.stdout.write(json.dumps(overlay_schema(json.loads(schema_text("topics"))), indent=2) + "\n")
