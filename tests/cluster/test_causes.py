"""Which of the client's lines are causes."""

from __future__ import annotations

import logging

import pytest

from reconciler.cluster.causes import Causes

HERE = "[thrd:h:9092/1]: h:9092/1:"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (f"FAIL [p-1] {HERE} Connect to ipv4#h:9092 failed: Connection refused (after 0ms)", "connection-refused"),
        (f"FAIL [p-1] {HERE} Decommissioning this broker (after 4ms in state INIT) (_DESTROY_BROKER)", None),
        (f"FAIL [p-1] {HERE} 1 request(s) timed out: disconnect (after 9ms in state UP) (_TIMED_OUT)", None),
    ],
)
def test_what_the_client_ended_itself_is_no_cause(line: str, cause: str | None) -> None:
    causes = Causes()
    causes.handle(logging.LogRecord("librdkafka", logging.INFO, "", 0, line, (), None))
    assert [found.code for found, _ in causes.by_address.values()] == ([cause] if cause else [])
