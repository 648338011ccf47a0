"""Merging overlays into manifests."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Location
from reconciler.manifest.merge import merge
from reconciler.manifest.nodes import Node

_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
_KEYS = st.sampled_from("abcd")
_VALUES: Any = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
)
_MAPPINGS = st.dictionaries(_KEYS, _VALUES, max_size=4)


def node(value: Any, file: str) -> Node:
    place = Location(file, 1, 1)
    if isinstance(value, dict):
        return Node({key: node(child, file) for key, child in value.items()}, place, place)
    if isinstance(value, list):
        return Node([node(child, file) for child in value], place, place)
    return Node(value, place, place)


def merge_patch(target: Any, patch: Any) -> Any:
    """The algorithm of RFC 7386, section 2, as it is printed there."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


@given(_MAPPINGS)
def test_an_empty_overlay_changes_nothing(base: Any) -> None:
    assert merge(node(base, "base"), node({}, "overlay")).plain() == base


@given(_MAPPINGS, _MAPPINGS)
def test_merging_is_json_merge_patch(base: Any, patch: Any) -> None:
    assert merge(node(base, "base"), node(patch, "overlay")).plain() == merge_patch(base, patch)


@given(_MAPPINGS, _MAPPINGS)
def test_every_scalar_remembers_the_layer_it_came_from(base: Any, patch: Any) -> None:
    def check(merged: Node, patch: Any) -> None:
        if isinstance(merged.value, dict):
            for key, child in merged.value.items():
                check(child, patch.get(key) if isinstance(patch, dict) else None)
        else:
            assert merged.location.file == ("base" if patch is None else "overlay")

    check(merge(node(base, "base"), node(patch, "overlay")), patch)
