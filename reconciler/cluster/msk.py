"""IAM access to Amazon MSK: ``sasl.mechanism=AWS_MSK_IAM``, as the Java client names it. The extra ``msk`` brings it.

Brokers take a URL that is signed with AWS credentials as the token of OAUTHBEARER:
https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from reconciler.cluster.key_files import Problem
from reconciler.errors import ClusterUnavailable

MECHANISM = "AWS_MSK_IAM"
REGION = "aws.region"
"""A property of ours, not of librdkafka: the region of the cluster."""

_KEY = "sasl.mechanism"
_HOST = re.compile(r"\.kafka(?:-serverless)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\.?(?::\d+)?$")
_REGION_NAME = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")


def is_used(properties: Mapping[str, str]) -> bool:
    """Whether a client with ``properties`` logs in with AWS credentials."""
    return properties.get(_KEY) == MECHANISM


def region_of(properties: Mapping[str, str]) -> str | None:
    """The region: of the property, else of the brokers' host names."""
    if properties.get(REGION):
        return properties[REGION]
    hosts = (_HOST.search(address.strip()) for address in properties.get("bootstrap.servers", "").split(","))
    return next((host["region"] for host in hosts if host), None)


def msk_problems(properties: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with ``properties`` for IAM access, before AWS is asked for anything."""
    if not is_used(properties):
        if REGION in properties:
            yield Problem(REGION, f"{REGION} is set, but {_KEY} is not {MECHANISM}", "remove it")
        return
    if find_spec("aws_msk_iam_sasl_signer") is None:
        yield Problem(
            _KEY,
            f"{MECHANISM} needs a package that is not installed",
            'install it: pip install "kafka-topic-reconciler[msk]"',
        )
    if properties.get("security.protocol", "").upper() != "SASL_SSL":
        yield Problem(_KEY, f"{MECHANISM} works only over TLS", "set security.protocol to SASL_SSL")
    region = region_of(properties)
    if region is None:
        yield Problem(
            _KEY,
            "the AWS region is unknown: no host name in bootstrap.servers ends in kafka.REGION.amazonaws.com",
            f"set {REGION} in the --command-config file, or KAFKA_AWS_REGION",
        )
    elif not _REGION_NAME.fullmatch(region):
        key = REGION if properties.get(REGION) else _KEY
        yield Problem(key, f"'{region}' is not the name of an AWS region", "write a name such as eu-west-1")


class Tokens:
    """Signs a token whenever a client calls this, with the AWS credentials of this machine at that moment."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        """Sign the first token. Raises ClusterUnavailable where there are no credentials."""
        self._region = region_of(properties) or ""
        try:
            self.first: tuple[str, float] | None = self._signed()
        except Exception as error:  # noqa: BLE001 - whatever botocore meets; None for credentials is an AttributeError
            raise ClusterUnavailable.for_good("aws-credentials", _words(error), hint=_WHERE_FROM) from None

    def __call__(self, _config: str = "") -> tuple[str, float]:
        """A token, and when it expires, in seconds since 1970."""
        token, self.first = self.first or self._signed(), None
        return token

    def _signed(self) -> tuple[str, float]:
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # noqa: PLC0415 - an extra, and 0.3 s

        token, milliseconds = MSKAuthTokenProvider.generate_auth_token(self._region)
        return token, milliseconds / 1000


_WHERE_FROM = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with an IAM role; "
    "aws sts get-caller-identity shows which credentials there are"
)


def _words(error: Exception) -> str:
    if isinstance(error, AttributeError):  # the signer's own, of credentials that are None
        return "no AWS credentials found"
    return f"no AWS token can be signed: {type(error).__name__}: {error}"


def for_client(properties: Mapping[str, str]) -> dict[str, Any]:
    """``properties`` as the client takes them. Raises ClusterUnavailable where there are no AWS credentials."""
    if not is_used(properties):
        return dict(properties)
    own = {key: value for key, value in properties.items() if key != REGION}
    return {**own, _KEY: "OAUTHBEARER", "oauth_cb": Tokens(properties)}
