"""Units and floats that mean whole numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.configs import InvalidValue, expand
from reconciler.configs.spelling import BYTES, MILLISECONDS


@pytest.mark.parametrize(
    ("key", "text", "expanded"),
    [
        ("retention.ms", "7d", "604800000"),
        ("retention.ms", "4h5m", "14700000"),
        ("retention.ms", "1d 12h", "129600000"),
        ("retention.ms", "1.5h", "5400000"),
        ("retention.ms", "250ms", "250"),
        ("segment.ms", "2w", "1209600000"),
        ("max.message.bytes", "5MiB", "5242880"),
        ("max.message.bytes", "15MB", "15000000"),
        ("max.message.bytes", "15 MB", "15000000"),
        ("retention.bytes", "1000B", "1000"),
        ("retention.bytes", "2TiB", "2199023255552"),
        ("segment.bytes", "64kB", "64000"),
        ("vendor.retention.ms", "1s", "1000"),
        ("retention.bytes", "3e+9", "3000000000"),
        ("retention.ms", "2.7e+9", "2700000000"),
        ("retention.ms", "6048e5", "604800000"),
        ("flush.messages", "1E3", "1000"),
        ("cleanup.policy", "[compact, delete]", "compact,delete"),
        ("cleanup.policy", "['compact']", "compact"),
        # Not ours to change:
        ("retention.ms", "-1", "-1"),
        ("retention.ms", "604800000.0", "604800000.0"),
        ("retention.ms", "7 days", "7 days"),
        ("retention.ms", "5MiB", "5MiB"),
        ("flush.messages", "7d", "7d"),
        ("min.cleanable.dirty.ratio", "5e-1", "5e-1"),
        ("vendor.key", "1e3", "1e3"),
    ],
)
def test_expand(key: str, text: str, expanded: str) -> None:
    assert expand(key, text) == expanded


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("retention.ms", "0.0001s", "retention.ms: X is 0.1 ms, which is not a whole number"),
        ("retention.bytes", "0.5B", "retention.bytes: X is 0.5 B, which is not a whole number"),
        ("retention.ms", "1h2h", "retention.ms: X uses a unit twice; write each unit once"),
        ("retention.ms", "25e-1", "retention.ms must be a whole number, not X"),
        ("retention.ms", "1e400", "retention.ms must be a whole number, not X"),
    ],
)
def test_an_amount_that_is_not_a_whole_number_is_refused(key: str, text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        expand(key, text)
    assert raised.value.message(key, "X") == message


@given(st.dictionaries(st.sampled_from(sorted(MILLISECONDS)), st.integers(0, 10**6), min_size=1))
def test_a_compound_duration_is_the_sum_of_its_parts(parts: dict[str, int]) -> None:
    text = "".join(f"{number}{unit}" for unit, number in parts.items())
    assert int(expand("retention.ms", text)) == sum(number * MILLISECONDS[unit] for unit, number in parts.items())


@given(st.sampled_from(sorted(BYTES)), st.integers(0, 10**6))
def test_sizes_are_decimal_or_binary_by_their_unit(unit: str, number: int) -> None:
    assert int(expand("retention.bytes", f"{number}{unit}")) == number * BYTES[unit]
