"""Which properties are secrets, and that their values are blanked out without garbling everything else."""

from __future__ import annotations

import ctypes
import os
import tempfile

import pytest
from confluent_kafka import cimpl

from reconciler.cluster.properties import ClientSettings, is_secret, without_secrets

PUBLIC = {
    "sasl.kerberos.keytab",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.token.endpoint.url",
    "ssl.key.location",
    "ssl.keystore.location",
}
"""Names of files and of a server, which messages have to show."""
TEXT = "a firewall in between? 'a' at kafka-1:9092, sasl.password=a, password.\n"


def names_of_the_client() -> list[str]:
    """Every property that this librdkafka has."""
    library, libc = ctypes.CDLL(cimpl.__file__), ctypes.CDLL(None)
    libc.fdopen.restype = ctypes.c_void_p
    with tempfile.TemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
        library.rd_kafka_conf_properties_show(stream)
        libc.fclose(stream)
        file.seek(0)
        rows = (line.split("|") for line in file.read().decode().splitlines())
        return [row[0].strip() for row in rows if len(row) > 1]


def test_every_property_of_the_client_with_a_secret_in_its_name_is_one() -> None:
    names = names_of_the_client()
    names = [name for name in names if not name.endswith("_cb")]  # a text cannot set those
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
