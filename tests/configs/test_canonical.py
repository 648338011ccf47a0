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


NO_DURATION = "is not a duration; write 7d, 12h, 4h5m, or milliseconds"
CODECS = "gzip, lz4, producer, snappy, uncompressed, zstd"


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("retention.ms", "604800000.0", f"retention.ms: X {NO_DURATION}"),
        ("retention.ms", "2.7e+9", f"retention.ms: X {NO_DURATION}"),
        ("retention.ms", "604_800_000", f"retention.ms: X {NO_DURATION}"),
        ("retention.ms", "9223372036854775808", "retention.ms must be at most 9223372036854775807, not X"),
        ("retention.ms", "9" * 5000, f"retention.ms: X {NO_DURATION}"),
        ("retention.ms", "-2", "retention.ms must be at least -1, not X"),
        ("retention.ms", "7d", f"retention.ms: X {NO_DURATION}"),
        ("retention.ms", "", f"retention.ms: X {NO_DURATION}"),
        ("max.message.bytes", "5 mib", "max.message.bytes: X is not a size; write 512KiB, 5MiB, 15MB, or bytes"),
        ("max.message.bytes", "2147483648", "max.message.bytes must be at most 2147483647 bytes, not X"),
        ("retention.bytes", "-9223372036854775809", "retention.bytes must be at least -9223372036854775808, not X"),
        ("max.decompressed.message.bytes", "0", "max.decompressed.message.bytes must be 1 to 2147483639, not X"),
        ("min.insync.replicas", "two", "min.insync.replicas must be a whole number (at least 1), not X"),
        ("compression.gzip.level", "high", "compression.gzip.level must be a whole number (-1 or 1 to 9), not X"),
        ("compression.gzip.level", "0", "compression.gzip.level must be -1 or 1 to 9, not X"),
        ("cleanup.policy", "Compact", "cleanup.policy must be compact or delete, not X"),
        ("cleanup.policy", "none", "cleanup.policy must be compact or delete, not X"),
        ("cleanup.policy", "compact,", "cleanup.policy must be compact or delete, not X"),
        ("compression.type", "ZSTD", f"compression.type must be one of {CODECS}, not X"),
        ("preallocate", "yes", "preallocate must be true or false, not X"),
        ("min.cleanable.dirty.ratio", "1.01", "min.cleanable.dirty.ratio must be a number from 0 to 1, not X"),
        ("min.cleanable.dirty.ratio", "nan", "min.cleanable.dirty.ratio must be a number from 0 to 1, not X"),
        ("min.cleanable.dirty.ratio", "1e999", "min.cleanable.dirty.ratio must be a number from 0 to 1, not X"),
    ],
)
def test_what_the_broker_refuses_is_refused_here(key: str, text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        canonical(key, text)
    assert raised.value.message(key, "X") == message


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
