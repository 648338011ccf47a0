"""IAM access to Amazon MSK: where the region is taken from, what is signed, and what is missing. No AWS is asked."""

from __future__ import annotations

import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from urllib.parse import parse_qs, urlparse

import pytest

from reconciler.cluster.client import new_client
from reconciler.cluster.msk import Tokens, msk_problems, region_of
from reconciler.errors import ClusterUnavailable

SECRET = "hunter2/Tr0ub4dor+hunter2/Tr0ub4dor"  # noqa: S105 - the point of the tests
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
PROPERTIES = {
    "bootstrap.servers": "b-1.orders.abc123.c2.kafka.eu-west-1.amazonaws.com:9098",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials of this machine."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ROLE_ARN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")


@pytest.mark.parametrize(
    ("servers", "region"),
    [
        ("b-1.orders.abc123.c2.kafka.eu-west-1.amazonaws.com:9098", "eu-west-1"),
        ("b-1-public.orders.abc123.c2.kafka.us-gov-west-1.amazonaws.com:9198,x:1", "us-gov-west-1"),
        ("10.0.0.1:9098,boot-abc.c1.kafka-serverless.ap-southeast-2.amazonaws.com:9098", "ap-southeast-2"),
        ("b-1.orders.abc123.c2.kafka.cn-north-1.amazonaws.com.cn:9098", "cn-north-1"),
        ("kafka.eu-west-1.example.com:9098", None),
        ("b-1.kafka.eu-west-1.amazonaws.com.example.com:9098", None),
        ("10.0.0.1:9098", None),
    ],
)
def test_the_region_is_that_of_the_host_names(servers: str, region: str | None) -> None:
    assert region_of({"bootstrap.servers": servers}) == region
    assert region_of({"bootstrap.servers": servers, "aws.region": "sa-east-1"}) == "sa-east-1"


def test_a_token_is_a_url_for_the_region_that_is_signed_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_SESSION_TOKEN": "a-session"}.items():
        monkeypatch.setenv(name, value)
    token, expires = Tokens(PROPERTIES)()
    assert 600 < expires - time.time() <= 900
    url = urlparse(urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    assert (url.scheme, url.hostname) == ("https", "kafka.eu-west-1.amazonaws.com")
    assert query["Action"] == "kafka-cluster:Connect"
    assert query["X-Amz-Credential"].startswith("AKIDEXAMPLE/")
    assert query["X-Amz-Security-Token"] == "a-session"
    assert query["X-Amz-Signature"]
    assert SECRET not in url.query


def test_each_token_after_the_first_is_signed_anew_with_the_credentials_of_that_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    tokens = Tokens(PROPERTIES)
    first = tokens()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDANOTHER")
    assert tokens() != first


def test_without_credentials_no_client_is_made() -> None:
    with pytest.raises(ClusterUnavailable) as raised:
        new_client(PROPERTIES, {}, log_to=[], clean=str)
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.message) == ("aws-credentials", "no AWS credentials found")
    assert problem.hint
    assert "AWS_ACCESS_KEY_ID" in problem.hint
    assert raised.value.is_final


def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")
    with pytest.raises(ClusterUnavailable, match=r"ProfileNotFound: .*prod"):
        Tokens(PROPERTIES)


def problems(change: Mapping[str, str]) -> list[str]:
    return [f"{each.key}: {each.message}; {each.hint}" for each in msk_problems({**PROPERTIES, **change})]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"security.protocol": "SASL_PLAINTEXT"}, "sasl.mechanism: AWS_MSK_IAM works only over TLS; set security.pro"),
        ({"bootstrap.servers": "10.0.0.1:9098"}, "sasl.mechanism: the AWS region is unknown"),
        ({"aws.region": "Ireland"}, "aws.region: 'Ireland' is not the name of an AWS region; write a name such as"),
        ({"sasl.mechanism": "PLAIN", "aws.region": "eu-west-1"}, "aws.region: aws.region is set, but sasl.mechanism"),
    ],
)
def test_what_is_wrong_is_said_before_aws_is_asked(change: Mapping[str, str], said: str) -> None:
    (problem,) = problems(change)
    assert problem.startswith(said)


def test_without_the_extra_the_message_is_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aws_msk_iam_sasl_signer", None)  # as Python has it for what is not installed
    (problem,) = problems({})
    assert 'pip install "kafka-topic-reconciler[msk]"' in problem


def test_right_properties_have_no_problem() -> None:
    assert problems({}) == []
