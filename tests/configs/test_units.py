"""Raw values in the units that people think in."""

from __future__ import annotations

import pytest

from reconciler.configs.units import readable_age, readable_size, with_units


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("retention.ms", "604800000", "604800000 (7d)"),
        ("retention.ms", "129600000", "129600000 (1d12h)"),
        ("retention.ms", "123456789", "123456789 (about 1.4d)"),
        ("retention.ms", "-1", "-1 (unlimited)"),
        ("retention.ms", "999", "999"),
        ("flush.ms", "9223372036854775807", "9223372036854775807 (unlimited)"),
        ("retention.ms", "9223372036854775807", "9223372036854775807 (unlimited)"),
        ("retention.bytes", "1073741824", "1073741824 (1GiB)"),
        ("max.message.bytes", "2000000", "2000000 (2MB)"),
        ("max.message.bytes", "1048588", "1048588 (about 1.0MiB)"),
        ("max.message.bytes", "1000", "1000"),
        ("retention.bytes", "-1", "-1 (unlimited)"),
        ("local.retention.ms", "-2", "-2"),
        ("min.insync.replicas", "60000", "60000"),
        ("retention.ms", "soon", "soon"),
    ],
)
def test_with_units(key: str, value: str, shown: str) -> None:
    assert with_units(key, value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"),
        (0.4, "0s"),
        (59, "59s"),
        (200, "3m20s"),
        (5 * 3600 + 12 * 60 + 9, "5h12m"),
        (2 * 86_400 + 2, "2d"),
        (61 * 86_400 + 8 * 3600 + 1, "61d8h"),
    ],
)
def test_an_age_has_two_units_at_most(seconds: float, shown: str) -> None:
    assert readable_age(seconds) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, "0B"), (512, "512B"), (1024, "1KiB"), (6450, "about 6.3KiB")])
def test_a_size(number: int, shown: str) -> None:
    assert readable_size(number) == shown
