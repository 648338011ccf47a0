"""Which properties are secrets, and that their values are blanked out without garbling everything else."""

from __future__ import annotations

import traceback
from collections.abc import Mapping

import pytest

from reconciler.clock import TimeLimit
from reconciler.cluster.connection import Connection
from reconciler.cluster.properties import ClientSettings, is_secret, without_secrets
from reconciler.errors import ClusterUnavailable
from tests.support.client_properties import names_of_the_client

PUBLIC = {
    "sasl.kerberos.keytab",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.token.endpoint.url",
    "ssl.key.location",
    "ssl.keystore.location",
}
"""Names of files and of a server, which messages have to show."""
TEXT = "a firewall in between? 'a' at kafka-1:9092, sasl.password=a, password.\n"


def test_every_property_of_the_client_with_a_secret_in_its_name_is_one() -> None:
    names = names_of_the_client()
    words = ("password", "secret", "passphrase", "jaas", "key", "pem", "token")
    suspects = {name for name in names if any(word in name.lower() for word in words)}
    assert {name for name in suspects if not is_secret(name)} == PUBLIC
    assert {name for name in names if is_secret(name)} - suspects == {"sasl.oauthbearer.config"}


@pytest.mark.parametrize(
    "name",
    ["SASL.PASSWORD", "Ssl.Key.Password", "sasl.jaas.config", "ssl.keystore.key", "my.Secret", "sasl.passwd"],
)
def test_names_of_others_and_in_other_letters_are_secrets_too(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    ("secret", "left"),
    [
        ("a", "a firewall in between? '***' at kafka-1:9092, sasl.password=***, password.\n"),
        ("ka", TEXT),
        ("kafka", TEXT),
        ("fire", TEXT),
        ("between", TEXT.replace("between", "***")),
        ("password", TEXT.replace(", password.", ", ***.")),
        ("firewall in b", TEXT.replace("firewall in b", "***")),
    ],
)
def test_whole_values_are_blanked_out_and_not_letters_of_other_words(secret: str, left: str) -> None:
    assert without_secrets(TEXT, {"sasl.password": secret}) == left


def test_the_lines_of_a_key_are_blanked_out_one_by_one() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQ"
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    assert without_secrets(f"bad line {body}", {"ssl.key.pem": key}) == "bad line ***"


@pytest.mark.parametrize("login", ["app:hunter2%2F", "hunter2-and-more"])
def test_a_login_in_a_url_is_a_secret(login: str) -> None:
    properties = {"sasl.oauthbearer.token.endpoint.url": f"https://{login}@tokens.example/token"}
    assert without_secrets(f"no token from https://{login}@tokens.example/token", properties) == (
        "no token from https://***@tokens.example/token"
    )
    assert without_secrets("wrong password hunter2/", {"url": "http://app:hunter2%2F@h"}) == "wrong password ***"
    assert "hunter2" not in repr(ClientSettings(properties))


def test_settings_do_not_show_their_values_in_a_traceback() -> None:
    assert "hunter2" not in repr(ClientSettings({"sasl.password": "hunter2"}))


def test_settings_never_show_a_secret_and_cannot_be_changed() -> None:
    given = {"bootstrap.servers": "h:1", "sasl.password": "hunter2"}
    settings = ClientSettings(given)
    assert repr(settings) == str(settings)
    assert "h:1" in repr(settings)
    assert "hunter2" not in repr(settings)
    given["sasl.password"] = "other"
    assert settings.properties["sasl.password"] == "hunter2"
    with pytest.raises(TypeError):
        settings.properties["sasl.password"] = "other"  # type: ignore[index]  # what must not work


@pytest.mark.parametrize(
    "wrong", [{"ssl.ca.pem": "hunter2-and-more"}, {"acks2": "1"}, {"sasl.mechanism": "hunter2"}, {}]
)
def test_a_traceback_with_all_its_causes_has_no_secret(wrong: Mapping[str, str]) -> None:
    """As a program shows it that uses this package and catches nothing."""
    properties = {
        "bootstrap.servers": "127.0.0.1:1",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "app",
        "sasl.password": "hunter2-and-more",
        **wrong,
    }
    with pytest.raises(ClusterUnavailable) as raised:
        Connection(properties, limit=TimeLimit(0.2)).metadata()
    assert "hunter2-and-more" not in "".join(traceback.format_exception(raised.value))
