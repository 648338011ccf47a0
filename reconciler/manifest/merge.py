"""Merging an overlay into a manifest by JSON Merge Patch (RFC 7386).

Mappings merge, lists and scalars replace, ``null`` removes. Every value keeps its place in its file.
"""

from __future__ import annotations

from reconciler.manifest.nodes import Node


def merge(base: Node, patch: Node) -> Node:
    """``base`` with ``patch`` applied."""
    if not isinstance(patch.value, dict):
        return patch
    merged = dict(base.value) if isinstance(base.value, dict) else {}
    for key, change in patch.value.items():
        if change.value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = merge(merged[key], change)
        else:
            merged[key] = without_nulls(change)
    kept = base if isinstance(base.value, dict) else patch
    return Node(merged, kept.location, kept.key_location)


def without_nulls(node: Node) -> Node:
    """``node`` without its ``null`` members, which have nothing to remove."""
    if not isinstance(node.value, dict):
        return node
    return merge(Node({}, node.location, node.key_location), node)
