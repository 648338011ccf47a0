"""Times on the command line are times, with a unit or in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.duration import Duration
from tests.support.command import RunReconciler
from tests.wire.fake_kafka import FakeKafka
from tests.wire.faults import Fault

MANIFEST = "version: 1\ntopics: {a: {}}\n"


@pytest.mark.parametrize("option", ["--timeout", "--deadline", "--retry-delay"])
@pytest.mark.parametrize("value", ["nan", "inf", "soon", "5x", "-1s", "s", "1s1s", "0.1ms"])
def test_a_time_that_is_no_time_is_wrong_usage(option: str, value: str, reconciler: RunReconciler) -> None:
    done = reconciler("apply", option, value)
    assert done.code == 64
    assert f"'{option}'" in done.stderr
    assert f"{value!r} is not a duration; write 30s, 2m or 500ms, or a number of seconds" in done.stderr


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0.2", 0.2), ("1", 1), ("30s", 30), ("500ms", 0.5), ("2m", 120), ("1.5s", 1.5), ("1h30m", 5400)],
)
def test_units_come_to_seconds(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["0.3", "300ms", "0.3s"])
def test_a_timeout_with_a_unit_is_kept_from_option_and_variable(
    text: str, tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    with FakeKafka(Fault(api="metadata", delay=60, times=None)) as kafka:
        for options, env in ((["--timeout", text], {}), ([], {"KAFKA_TOPIC_CREATION_TIMEOUT": text})):
            done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers, *options, env=env)
            assert done.code == 1
            assert "within 0.3 s" in done.stderr
