"""Rates on the command line, with a unit or in bytes per second."""

from __future__ import annotations

import pytest

from reconciler.cli.byte_rate import ByteRate
from tests.support.command import RunReconciler


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50000000", 50_000_000),
        ("50MB", 50_000_000),
        ("50 MB/s", 50_000_000),
        ("10MiB/s", 10_485_760),
        ("1.5kB", 1500),
        ("1", 1),
    ],
)
def test_units_come_to_bytes_per_second(text: str, rate: int) -> None:
    assert ByteRate().convert(text, None, None) == rate


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fast", "'fast' is not a rate; write 50MB, 10MiB, or a number of bytes per second"),
        ("-1MB", "'-1MB' is not a rate"),
        ("50Mbit", "'50Mbit' is not a rate"),
        ("1e6", "'1e6' is not a rate"),
        ("0", "'0' is not from 1 to 9223372036854775807 bytes per second"),
        ("0MB", "'0MB' is not from 1"),
        ("9300PB", "'9300PB' is not a rate"),
        ("1.00001kB", "'1.00001kB' is 1000.01 B, which is not a whole number"),
    ],
)
def test_what_is_no_rate_is_wrong_usage(text: str, words: str, reconciler: RunReconciler) -> None:
    for options, env in (
        (["--reassign-throttle", text], {}),
        ([], {"RECONCILER_REASSIGN_THROTTLE": text}),
    ):
        done = reconciler("apply", *options, env=env)
        assert done.code == 64
        assert words in done.stderr
