"""``python -m tests.deploy.kubernetes_schema WHEEL``: writes ``kubernetes.schema.json`` anew.

WHEEL is that of the package kubernetes-validate, which has the schemas of all versions and all kinds: 17,000 files. Of
them the kinds of ``deploy/kubernetes`` are kept, of the oldest version that its manifests are for, and no descriptions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

VERSION = "1.31.0"
KINDS = {
    "Job": "io.k8s.api.batch.v1.Job",
    "CronJob": "io.k8s.api.batch.v1.CronJob",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    "Service": "io.k8s.api.core.v1.Service",
}
TARGET = Path(__file__).with_name("kubernetes.schema.json")
_DEFINITIONS = f"kubernetes_validate/kubernetes-json-schema/v{VERSION}-local-strict/_definitions.json"
_HERE = "#/$defs/"


def main(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        definitions = json.loads(archive.read(_DEFINITIONS))["$defs"]
    kept: dict[str, Any] = {}
    wanted = list(KINDS.values())
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = without_descriptions(definitions[name])
            wanted += references(kept[name])
    choices = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"$ref": f"{_HERE}{name}"},
        }
        for kind, name in KINDS.items()
    ]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Kubernetes {VERSION}, strict; from kubernetes-validate by tests/deploy/kubernetes_schema.py",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {"kind": {"enum": sorted(KINDS)}},
        "allOf": choices,
        "$defs": dict(sorted(kept.items())),
    }
    TARGET.write_text(json.dumps(schema, indent=1, sort_keys=False) + "\n")


def references(schema: Any) -> Iterator[str]:
    match schema:
        case {"$ref": str(place), **rest}:
            yield place.rpartition("/")[2]
            yield from references(rest)
        case dict():
            for part in schema.values():
                yield from references(part)
        case list():
            for part in schema:
                yield from references(part)
        case _:
            pass


def without_descriptions(schema: Any, *, is_properties: bool = False) -> Any:
    """``schema`` without what only people read, and with references into one file."""
    match schema:
        case dict():
            return {
                key: f"{_HERE}{part.rpartition('/')[2]}"
                if key == "$ref" and isinstance(part, str)
                else without_descriptions(part, is_properties=key == "properties" and not is_properties)
                for key, part in schema.items()
                if is_properties or not (key == "description" or key.startswith("x-kubernetes"))
            }
        case list():
            return [without_descriptions(part) for part in schema]
        case _:
            return schema


if __name__ == "__main__":
    main(Path(sys.argv[1]))
