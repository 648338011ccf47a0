"""Manifests, and what is nearly one."""

from __future__ import annotations

from hypothesis import strategies as st

SCALARS = (
    st.none() | st.booleans() | st.integers(-1, 2) | st.floats(-2, 2) | st.sampled_from(["", "a.b", "1d", "strict"])
)
WORDS = st.sampled_from(["retention.ms", "partitions", "a.b", "owner"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2))
COUNTS = st.integers(1, 9) | SCALARS
NEARLY_TOPICS = st.fixed_dictionaries(
    {},
    optional={
        "partitions": COUNTS,
        "replication_factor": COUNTS,
        "config": st.dictionaries(WORDS, SCALARS, max_size=2),
        "owner": st.just("team") | ANYTHING,
        "labels": st.dictionaries(WORDS, SCALARS, max_size=1),
    },
)
NEARLY_MANIFESTS = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1, 1, 1.0, True, 2])},
    optional={"topics": st.dictionaries(WORDS, NEARLY_TOPICS, max_size=2), "defaults": NEARLY_TOPICS},
)
