"""Addresses of brokers, checked before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.addresses import addresses, objection

HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?){0,3}", fullmatch=True)


@given(st.lists(st.tuples(HOSTS, st.integers(1, 65535)), min_size=1, max_size=5), st.sampled_from([",", ", ", ",\n "]))
def test_every_list_of_hosts_and_ports_is_taken(pairs: list[tuple[str, int]], comma: str) -> None:
    each = [f"{host}:{port}" for host, port in pairs]
    text = comma.join(each)
    assert objection(text) is None
    assert addresses(text) == list(dict.fromkeys(each))


@pytest.mark.parametrize(
    "text",
    ["kafka", "my_host:9092", "[::1]:9092", "[fe80::1]", "a:9092,", "a.:1", "PLAINTEXT://a:9092", "sasl_ssl://a:1"],
)
def test_other_forms_that_the_client_takes(text: str) -> None:
    assert objection(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("localhost:99999", "'localhost:99999' has no valid port; a port is a number from 1 to 65535"),
        ("host:0", "no valid port"),
        ("host:-1", "no valid port"),
        ("host:abc", "no valid port"),
        ("host:", "no valid port"),
        ("host:٩٢", "no valid port"),
        ("host:9092/path", "no valid port"),
        ("host:" + "9" * 5000, "no valid port"),
        ("http://host:9092", "'http://host:9092' is a URL"),
        ("://host:9092", "is a URL"),
        ("host/path", "no valid host name"),
        ("a:9092\nb:9092", r"'a:9092\nb:9092' has no valid port"),
        ("a:9092 b:9092", "no valid port"),
        ("a b", "no valid host name"),
        ("a;b", "no valid host name"),
        ("\x1b]0;x\x07:1", "no valid host name"),
        (":9092", "no valid host name"),
        ("::1", "write [::1]:9092"),
        ("[::g]:9092", "no valid IPv6 address"),
        ("[::1]9092", "is not a broker address"),
        ("good:9092,bad:x", "'bad:x' has no valid port"),
        (" ", "no broker address"),
        (",", "no broker address"),
    ],
)
def test_what_is_no_address_is_objected_to_in_words_of_one_line(text: str, said: str) -> None:
    words = objection(text)
    assert words is not None
    assert said in words
    assert len(words.splitlines()) == 1
    assert "\x1b" not in words


def test_an_address_for_another_protocol_is_objected_to() -> None:
    words = objection("SSL://a:9093", security_protocol="PLAINTEXT")
    assert words is not None
    assert "set security.protocol to SSL" in words
    assert objection("SSL://a:9093", security_protocol="ssl") is None


def test_a_password_in_a_url_is_not_shown() -> None:
    assert "hunter2" not in str(objection("http://user:hunter2@host:9092"))


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    objection(text)
