"""Environment variables about the connection, and the files of mounted secrets that they name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.cluster.properties import ClientSettings, is_secret
from reconciler.cluster.variables import ALL_VARIABLES, FILE_VARIABLES, VARIABLES, completed_by
from reconciler.errors import ClusterUnavailable, Variable

SECRET = "hunter2-and-more"  # noqa: S105 - the point of the tests
PASSWORD_FILE = "KAFKA_SASL_PASSWORD_FILE"  # noqa: S105 - a name
LOGIN = {"KAFKA_SASL_MECHANISM": "PLAIN"}


def properties(environ: Mapping[str, str], **given: str) -> dict[str, str]:
    return dict(
        completed_by(environ, ClientSettings({key.replace("_", "."): text for key, text in given.items()})).properties
    )


def said(environ: Mapping[str, str]) -> list[str]:
    with pytest.raises(ClusterUnavailable) as raised:
        completed_by(environ, ClientSettings())
    for problem in raised.value.diagnostics:
        assert isinstance(problem.origin, Variable)
        assert problem.message.startswith(problem.origin.name)
        assert problem.hint
    return [f"{problem.message}; {problem.hint}" for problem in raised.value.diagnostics]


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_variable_is_not_set(blank: str) -> None:
    assert properties(dict.fromkeys(ALL_VARIABLES, blank)) == {}


@pytest.mark.parametrize("name", FILE_VARIABLES)
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_file_gives_the_value_without_the_line_break_at_its_end(end: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(f" {SECRET} é{end}".encode())
    assert properties({name: str(tmp_path / "secret")}) == {FILE_VARIABLES[name]: f" {SECRET} é"}


def test_a_pem_in_a_file_keeps_its_lines(tmp_path: Path) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    (tmp_path / "key.pem").write_text(f"{pem}\n")
    assert properties({"KAFKA_SSL_KEY_PEM_FILE": str(tmp_path / "key.pem")}) == {"ssl.key.pem": pem}


def test_every_variable_of_a_secret_can_name_a_file_instead() -> None:
    assert {key for key in VARIABLES.values() if is_secret(key)} <= set(FILE_VARIABLES.values())


def test_the_place_of_a_value_from_a_file_is_the_variable(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    settings = completed_by({PASSWORD_FILE: str(tmp_path / "secret")}, ClientSettings())
    assert settings.places == {"sasl.password": Variable(PASSWORD_FILE)}
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "secret cannot be read: No such file or directory"),
        (b"", "secret is empty"),
        (b" \n", "secret is empty"),
        (f"app\n{SECRET}\n".encode(), "secret has more than one line"),
        (f"{SECRET}\0".encode(), "secret has a NUL character"),
        (SECRET.encode() + b"\xff", "secret is not UTF-8 text"),
        (b"x" * 1_000_001, "secret is larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_good_is_named_with_its_variable_and_never_shown(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    (problem,) = said({PASSWORD_FILE: str(tmp_path / "secret")})
    assert problem.startswith(f"{PASSWORD_FILE}: {tmp_path}/{words}")
    assert SECRET not in problem


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (problem,) = said({PASSWORD_FILE: str(tmp_path)})
    assert (
        problem
        == f"{PASSWORD_FILE}: {tmp_path} cannot be read: Is a directory; the variable names a file with sasl.password"
    )


def test_a_variable_and_its_file_are_not_both_taken(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (problem,) = said({PASSWORD_FILE: str(tmp_path / "secret"), "KAFKA_SASL_PASSWORD": SECRET})
    assert problem == f"{PASSWORD_FILE} and KAFKA_SASL_PASSWORD are both set; unset one of the two variables"


def test_all_wrong_variables_are_said_at_once(tmp_path: Path) -> None:
    wrong = {PASSWORD_FILE: str(tmp_path / "a"), "KAFKA_SSL_KEY_PEM_FILE": str(tmp_path / "b"), "KAFKA_USE_SSL": "x"}
    assert [problem.split(":")[0] for problem in said(wrong)] == list(wrong)


def test_variables_of_brokers_are_ignored() -> None:
    assert properties({"KAFKA_SASL_JAAS_CONFIG_FILE": "/nowhere", "KAFKA_LOG4J_FILE": "/nowhere"}) == {}


@pytest.mark.parametrize(
    ("environ", "given", "protocol"),
    [
        ({"KAFKA_USE_SSL": "true"}, {}, "SSL"),
        ({"KAFKA_USE_SSL": " True "}, {}, "SSL"),
        ({"KAFKA_USE_SSL": "1"}, {}, "SSL"),
        ({"KAFKA_USE_SSL": "false"}, {}, "PLAINTEXT"),
        ({"KAFKA_USE_SSL": "true", **LOGIN}, {}, "SASL_SSL"),
        ({"KAFKA_USE_SSL": "false", **LOGIN}, {}, "SASL_PLAINTEXT"),
        ({"KAFKA_USE_SSL": "true"}, {"sasl_mechanism": "PLAIN"}, "SASL_SSL"),
        ({"KAFKA_USE_SSL": "true", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, {}, "SASL_SSL"),
        ({"KAFKA_USE_SSL": "true", "KAFKA_SECURITY_PROTOCOL": "ssl", **LOGIN}, {}, "ssl"),
        ({"KAFKA_USE_SSL": "true"}, {"security_protocol": "PLAINTEXT"}, "PLAINTEXT"),
        ({"KAFKA_USE_SSL": "true", "KAFKA_SECURITY_PROTOCOL": "TLS"}, {}, "TLS"),
    ],
)
def test_use_ssl_means_a_protocol_where_nothing_else_sets_one(
    environ: Mapping[str, str], given: Mapping[str, str], protocol: str
) -> None:
    assert properties(environ, **given)["security.protocol"] == protocol


@pytest.mark.parametrize(
    ("use", "protocol", "words"),
    [
        (
            "true",
            "SASL_PLAINTEXT",
            "KAFKA_USE_SSL: true means SSL or SASL_SSL, but KAFKA_SECURITY_PROTOCOL is SASL_PLAIN",
        ),
        ("0", "ssl", "KAFKA_USE_SSL: 0 means PLAINTEXT or SASL_PLAINTEXT, but KAFKA_SECURITY_PROTOCOL is SSL;"),
        ("maybe", "SSL", "KAFKA_USE_SSL: 'maybe' is not a truth value; use true or false"),
    ],
)
def test_use_ssl_that_is_wrong_is_an_error_with_the_names_of_the_variables(use: str, protocol: str, words: str) -> None:
    (problem,) = said({"KAFKA_USE_SSL": use, "KAFKA_SECURITY_PROTOCOL": protocol})
    assert problem.startswith(words)
