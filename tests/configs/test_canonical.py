"""Spellings and values: the pairs are what Apache Kafka 4.4 reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.configs import TOPIC_CONFIGS, InvalidValue, canonical, same_value


@pytest.mark.parametrize(
    ("key", "text", "read_back"),
    [
        ("preallocate", "True", "true"),
        ("preallocate", " FALSE ", "false"),
        ("cleanup.policy", "compact, delete", "compact,delete"),
        ("cleanup.policy", "compact,compact", "compact"),
        ("cleanup.policy", "", ""),
        ("retention.ms", " 604800000 ", "604800000"),
        ("retention.ms", "+604800000", "604800000"),
        ("retention.ms", "0604800000", "604800000"),
        ("retention.ms", "-1", "-1"),
        ("flush.ms", "9223372036854775807", "9223372036854775807"),
        ("min.cleanable.dirty.ratio", ".5", "0.5"),
        ("min.cleanable.dirty.ratio", "0.50", "0.5"),
        ("min.cleanable.dirty.ratio", "5e-1", "0.5"),
        ("min.cleanable.dirty.ratio", "0", "0.0"),
        ("vendor.key", " As It Is ", " As It Is "),
    ],
)
def test_canonical_is_what_the_broker_reads_back(key: str, text: str, read_back: str) -> None:
    assert canonical(key, text) == read_back


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("retention.ms", "604800000.0"),
        ("retention.ms", "2.7e+9"),
        ("retention.ms", "604_800_000"),
        ("retention.ms", "9223372036854775808"),
        ("retention.ms", "9" * 5000),
        ("retention.ms", "-2"),
        ("retention.ms", "7d"),
        ("retention.ms", ""),
        ("max.message.bytes", "2147483648"),
        ("cleanup.policy", "Compact"),
        ("cleanup.policy", "none"),
        ("cleanup.policy", "compact,"),
        ("compression.type", "ZSTD"),
        ("preallocate", "yes"),
        ("min.cleanable.dirty.ratio", "1.01"),
        ("min.cleanable.dirty.ratio", "nan"),
        ("min.cleanable.dirty.ratio", "1e999"),
    ],
)
def test_what_the_broker_refuses_is_refused_here(key: str, text: str) -> None:
    with pytest.raises(InvalidValue, match="must be"):
        canonical(key, text)


def test_order_means_nothing_in_a_cleanup_policy() -> None:
    assert same_value("cleanup.policy", "compact,delete", "delete, compact")
    assert not same_value("cleanup.policy", "compact", "delete")


def test_unlimited_and_the_largest_number_are_different_values() -> None:
    assert not same_value("retention.ms", "-1", "9223372036854775807")


def test_unknown_keys_compare_as_text() -> None:
    assert same_value("vendor.key", "1", "1")
    assert not same_value("vendor.key", "1", "01")


def test_a_value_the_broker_would_not_take_only_equals_itself() -> None:
    assert same_value("segment.bytes", "7", "7")
    assert not same_value("segment.bytes", "7", "07")


@given(st.sampled_from(sorted(TOPIC_CONFIGS)), st.text() | st.integers().map(str) | st.floats().map(str))
def test_canonical_is_idempotent(key: str, text: str) -> None:
    try:
        once = canonical(key, text)
    except InvalidValue:
        return
    assert canonical(key, once) == once
    assert same_value(key, text, once)
