"""Manifests, and what is nearly one."""

from __future__ import annotations

from hypothesis import strategies as st

SCALARS = (
    st.none() | st.booleans() | st.integers(-1, 2) | st.floats(-2, 2) | st.sampled_from(["", "a.b", "1d", "strict"])
)
WORDS = st.sampled_from(["retention.ms", "partitions", "a.b", "owner"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2))
COUNTS = st.integers(1, 9) | SCALARS
KINDS = st.sampled_from(["data-loss", "delete", "loss"])
NEARLY_CONSENTS = (
    KINDS
    | st.fixed_dictionaries(
        {},
        optional={
            "kind": KINDS,
            "up_to": st.integers(-1, 9) | SCALARS,
            "until": st.just("2026-12-31") | SCALARS,
            "reason": st.just("x") | SCALARS,
        },
    )
    | SCALARS
)
NEARLY_LIMITS = st.integers(-1, 2) | st.sampled_from(["25%", "0%", "101%", "x"]) | SCALARS
NEARLY_POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "naming": st.just("^a") | SCALARS,
        "require": st.lists(st.sampled_from(["owner", "labels.x", "config.", "x"]) | SCALARS, max_size=2) | SCALARS,
        "limits": st.dictionaries(st.sampled_from(["creates", "deletes", "x"]), NEARLY_LIMITS, max_size=2) | SCALARS,
        "risks": st.dictionaries(KINDS, st.sampled_from(["warn", "consent", "no", None]), max_size=2) | SCALARS,
    },
)
NEARLY_SCOPES = st.dictionaries(st.sampled_from(["include", "exclude", "x"]), st.lists(SCALARS, max_size=2), max_size=2)
NEARLY_TOPICS = st.fixed_dictionaries(
    {},
    optional={
        "partitions": COUNTS,
        "replication_factor": COUNTS,
        "config": st.dictionaries(WORDS, SCALARS, max_size=2),
        "owner": st.just("team") | ANYTHING,
        "labels": st.dictionaries(WORDS, SCALARS, max_size=1),
        "allow": st.lists(NEARLY_CONSENTS, max_size=2) | SCALARS,
        "protected": SCALARS,
        "state": st.sampled_from(["present", "absent", "gone", True]),
    },
)
NEARLY_MANIFESTS = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1, 1, 1.0, True, 2])},
    optional={
        "topics": st.dictionaries(WORDS, NEARLY_TOPICS, max_size=2),
        "defaults": NEARLY_TOPICS,
        "policy": NEARLY_POLICIES,
        "scope": NEARLY_SCOPES,
    },
)
