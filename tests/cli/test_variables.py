"""Environment variables: those of options, those that are nearly so, and those of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.main import COMMANDS
from reconciler.cli.main import reconciler as command
from reconciler.cli.options import Option
from reconciler.cli.variables import near_misses, option_variables
from tests.support.command import RunReconciler

MANIFEST = "version: 1\ntopics:\n  orders: {}\n"


@pytest.fixture
def context() -> Iterator[click.Context]:
    with click.Context(command) as context:
        yield context


def parameters(context: click.Context) -> list[click.Parameter]:
    """Every option of every command."""
    commands = [command.get_command(context, name) for name in COMMANDS]
    return [parameter for each in commands if each is not None for parameter in each.params]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RECONCILER_ENV", "RECONCILER_ENVIRONMENT"),
        ("RECONCILER_FILES", "RECONCILER_FILE"),
        ("RECONCILER_BOOTSTRAP_SERVERS", "KAFKA_BOOTSTRAP_SERVERS"),
        ("RECONCILER_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"),
        ("RECONCILER_COMAND_CONFIG", "RECONCILER_COMMAND_CONFIG"),
        ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"),
        ("KAFKA_TOPIC_AUTO_CREAT", "KAFKA_TOPIC_AUTO_CREATE"),
        ("KAFKA_TOPIC_CREATION_TIMEOUT_MS", "KAFKA_TOPIC_CREATION_TIMEOUT"),
    ],
)
@pytest.mark.usefixtures("context")
def test_a_near_miss_is_told_what_was_meant(name: str, meant: str) -> None:
    (warning,) = near_misses({name: "x"})
    assert name in warning.message
    assert warning.hint == f"did you mean {meant}?"


@pytest.mark.parametrize(
    "name",
    [
        "KAFKA_ADVERTISED_LISTENERS",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE",
        "KAFKA_BROKERS",
        "KAFKA_BROKER_ID",
        "KAFKA_CREATE_TOPICS",
        "KAFKA_HEAP_OPTS",
        "KAFKA_LOG_RETENTION_MS",
        "KAFKA_OPTS",
        "KAFKA_SASL_ENABLED_MECHANISMS",
        "KAFKA_SSL_KEYSTORE_LOCATION",
        "KAFKA_TOPIC",
        "KAFKA_TOPIC_PREFIX",
        "RECONCILER_IMAGE",
        "RECONCILER_MAVEN_REPOSITORY",
        "RECONCILER_VERSION",
        "BOOTSTRAP_SERVERS",
    ],
)
@pytest.mark.usefixtures("context")
def test_variables_of_brokers_and_of_other_programs_are_passed_over(name: str) -> None:
    assert list(near_misses({name: "x"})) == []


@pytest.mark.usefixtures("context")
def test_no_variable_of_an_option_is_a_near_miss_of_another() -> None:
    known = dict.fromkeys(option_variables(), "x")
    assert {"RECONCILER_YES", "RECONCILER_RETRIES", "KAFKA_BOOTSTRAP_SERVERS"} <= known.keys()
    assert list(near_misses(known)) == []


@pytest.mark.usefixtures("context")
def test_an_empty_near_miss_is_not_set() -> None:
    assert list(near_misses({"RECONCILER_ENV": ""})) == []


@pytest.mark.parametrize("arguments", [["validate"], ["explain", "orders"]])
def test_commands_warn_of_near_misses(arguments: list[str], tmp_path: Path, reconciler: RunReconciler) -> None:
    (tmp_path / "topics.yaml").write_text(MANIFEST)
    done = reconciler(*arguments, env={"RECONCILER_ENV": "prod"})
    assert done.code == 0
    assert done.stderr == (
        "warning: the environment variable RECONCILER_ENV has no effect\n  did you mean RECONCILER_ENVIRONMENT?\n"
    )


@pytest.mark.parametrize("blank", ["", " ", "\t", " \n"])
def test_a_blank_variable_is_not_set_whatever_the_option(
    blank: str, context: click.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in option_variables():
        monkeypatch.setenv(name, blank)
    options = [each for each in parameters(context) if each.envvar]
    assert len(options) > 15
    assert [each.name for each in options if each.value_from_envvar(context) is not None] == []


def test_every_option_with_a_variable_takes_a_blank_one_for_none(context: click.Context) -> None:
    """Options are made by many hands; the class is what makes the difference."""
    options = [each for each in parameters(context) if each.envvar]
    assert [each.name for each in options if not isinstance(each, Option)] == []


def test_a_blank_variable_hides_no_other_of_the_same_option(
    context: click.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option in parameters(context):
        if isinstance(option.envvar, list):
            *blank, last = option.envvar
            for name in blank:
                monkeypatch.setenv(name, " ")
            monkeypatch.setenv(last, "5")
            assert option.value_from_envvar(context) == "5"


@pytest.mark.parametrize(
    ("variables", "arguments", "message"),
    [
        (
            {"RECONCILER_TIMEOUT": " ", "KAFKA_TOPIC_CREATION_TIMEOUT": "soon"},
            [],
            "'--timeout' (env var: 'KAFKA_TOPIC_CREATION_TIMEOUT'): 'soon' is not a duration",
        ),
        (
            {"RECONCILER_TIMEOUT": "soon", "KAFKA_TOPIC_CREATION_TIMEOUT": "5"},
            [],
            "'--timeout' (env var: 'RECONCILER_TIMEOUT'): 'soon' is not a duration",
        ),
        ({"RECONCILER_TIMEOUT": "5"}, ["--timeout", "soon"], "'--timeout': 'soon' is not a duration"),
        ({"RECONCILER_DEADLINE": "nan"}, [], "'--deadline' (env var: 'RECONCILER_DEADLINE'): 'nan' is not a duration"),
    ],
)
def test_a_wrong_value_is_said_of_the_variable_or_option_that_it_is_from(
    variables: dict[str, str], arguments: list[str], message: str, reconciler: RunReconciler
) -> None:
    done = reconciler("plan", *arguments, env=variables)
    assert done.code == 64
    assert f"Invalid value for {message}" in done.stderr


@pytest.mark.parametrize("text", ["a b=c:d e\n/x y:z\n", "\n  a b=c:d e\r\n\n/x y:z"])
def test_the_variable_of_a_repeatable_option_holds_one_value_a_line(
    text: str, context: click.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeatable = {each.name: each for each in parameters(context) if each.multiple and each.envvar}
    assert repeatable.keys() == {"files", "properties", "reports", "only", "consents"}
    for option in repeatable.values():
        monkeypatch.setenv(str(option.envvar), text)
        assert option.value_from_envvar(context) == ["a b=c:d e", "/x y:z"]
        monkeypatch.setenv(str(option.envvar), " \n")
        assert option.value_from_envvar(context) is None


def test_a_path_with_a_space_and_a_colon_can_come_from_the_environment(
    tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "my topics:1.yaml").write_text(MANIFEST)
    (tmp_path / "more.yaml").write_text(MANIFEST.replace("orders", "returns"))
    done = reconciler("validate", env={"RECONCILER_FILE": "my topics:1.yaml\nmore.yaml"})
    assert (done.code, done.stdout) == (0, "my topics:1.yaml with more.yaml: valid, 2 topics\n")
