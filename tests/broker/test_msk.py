"""IAM access to Amazon MSK, at a broker that takes tokens, but not those of AWS: what reaches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

from reconciler.clock import TimeLimit
from reconciler.cluster.configs_librdkafka import describe_configs
from reconciler.cluster.connection import Connection
from reconciler.model import Query
from tests.support.command import Finished, RunReconciler
from tests.support.secured import Secured
from tests.support.tokens import LIFETIME_SECONDS

SECRET = "hunter2/Tr0ub4dor+hunter2/Tr0ub4dor"  # noqa: S105 - the point of the tests
AWS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}

Apply = Callable[[], Finished]


@pytest.fixture
def properties(secured_kafka: Secured) -> dict[str, str]:
    return {**secured_kafka.at("SASL_TLS"), "sasl.mechanism": "AWS_MSK_IAM", "aws.region": "eu-west-1"}


@pytest.fixture
def apply(reconciler: RunReconciler, properties: dict[str, str], tmp_path: Path, prefix: str) -> Apply:
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{prefix}: {{partitions: 1}}}}\n")
    lines = "".join(f"{key}={value}\n" for key, value in {"debug": "all", **properties}.items())
    (tmp_path / "client.properties").write_text(lines)
    options = ["--command-config", "client.properties", "--timeout", "100", "-vv", "-o", "json"]
    return lambda: reconciler("apply", "--yes", *options, env=AWS)


def test_a_token_that_is_signed_with_made_up_credentials_is_sent_and_rejected(apply: Apply) -> None:
    began = time.monotonic()
    done = apply()
    assert time.monotonic() - began < 50, "it waited"
    (diagnostic,) = done.report["diagnostics"]
    assert (done.code, diagnostic["code"]) == (1, "token-rejected")
    for secret in (SECRET, "X-Amz-Signature", "AKIDEXAMPLE", "aHR0cHM6Ly9rYWZrYS5ldS13ZXN0"):
        assert secret not in done.stdout + done.stderr


def test_a_token_that_the_broker_takes_logs_in_every_client_of_a_run(
    apply: Apply, properties: dict[str, str], secured_kafka: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS's package is made to sign what this broker takes; all else is as with Amazon's."""
    tokens: list[str] = []

    def sign(region: str) -> tuple[str, int]:
        assert region == "eu-west-1"
        tokens.append(secured_kafka.tokens.issuer.token("admin"))
        return tokens[-1], int((time.time() + LIFETIME_SECONDS) * 1000)

    monkeypatch.setattr(MSKAuthTokenProvider, "generate_auth_token", sign)
    done = apply()
    assert (done.code, done.report["summary"]["applied"]) == (0, 1), done.stderr
    connection = Connection(properties, limit=TimeLimit(60))
    assert list(describe_configs(connection, [done.report["topics"][0]["name"]], Query.of([])))
    connection.close()
    assert len(tokens) > 1
    for token in tokens:
        assert token not in done.stdout + done.stderr
