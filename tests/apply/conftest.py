"""Applies to a scripted Kafka."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.main import main
from tests.apply.applied import RETRIES, Applied, ApplyManifest
from tests.support.command import REPORT_SCHEMA
from tests.wire.fake_kafka import FakeKafka


@pytest.fixture
def apply_manifest(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> ApplyManifest:
    """Run ``apply`` in this process: starting Python three hundred times is not what is tried here."""

    def run(manifest: str, kafka: FakeKafka, *more: str) -> Applied:
        (tmp_path / "topics.yaml").write_text(manifest)
        report = tmp_path / "report.json"
        arguments = ["apply", "--yes", "-f", str(tmp_path / "topics.yaml"), "--report", str(report)]
        arguments += ["--bootstrap-server", kafka.bootstrap_servers, "--retries", str(RETRIES), "--retry-delay", "0.01"]
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *more])
        said = capfd.readouterr()
        assert "internal error" not in said.err
        written = json.loads(report.read_text())
        REPORT_SCHEMA.validate(written)
        assert written["run"]["exit_code"] == ended.value.code
        return Applied(written["run"]["exit_code"], written, kafka)

    return run
