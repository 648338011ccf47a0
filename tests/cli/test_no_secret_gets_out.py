"""Secrets from every source, in every command, right and wrong: none is in anything that the run prints or writes.

The properties are those that the installed client has, and the commands those of the program: new ones count at once.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import click
import pytest

from reconciler.cli.main import reconciler as program
from reconciler.cluster.properties import is_secret
from reconciler.cluster.variables import FILE_VARIABLES, VARIABLES
from tests.support.client_properties import names_of_the_client
from tests.support.command import PROJECT, Finished, RunReconciler
from tests.support.http import served
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

NOWHERE = "127.0.0.1:1"
LOGIN = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "app"}
SECRETS = [name for name in names_of_the_client() if is_secret(name)]
ARGUMENTS = {
    "apply": ["--yes"],
    "compare": ["topics.yaml", "cluster"],
    "explain": ["orders"],
    "render": [str(PROJECT / "tests/cases/report/1.0.json")],
    "schema": ["topics"],
    "completion": ["bash"],
}
"""What a command cannot do without."""


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for each in command.list_commands(context):
        inner = command.get_command(context, each)
        assert inner is not None
        yield from leaves(inner, f"{name} {each}".strip())


COMMANDS = dict(leaves(program))


def known_options(command: str) -> set[str]:
    return {option for parameter in COMMANDS[command].params for option in parameter.opts}


OF_A_CLUSTER = [name for name in COMMANDS if "--command-config" in known_options(name)]
SERVING = [name for name in OF_A_CLUSTER if "--interval" in known_options(name)]
"""Those that do not end: they are run as a process, which takes its time, and not for each source."""


def options(command: str, *more: str) -> list[str]:
    """The command with all that it can say and write."""
    wished = {
        "--command-config": "c.properties",
        "--timeout": "1",
        "--report": "report.json",
        "--log-format": "json",
    }
    given = [part for option, value in wished.items() if option in known_options(command) for part in (option, value)]
    loud = ["-vv"] if "-v" in known_options(command) else []
    return [*command.split(), *ARGUMENTS.get(command, []), *given, *loud, *more]


@dataclass
class Seeds:
    """Secrets that are all different, and where they are put."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def new(self) -> str:
        self.secrets.append(f"hunter{len(self.secrets)}/Tr0ub4dor+{len(self.secrets)}")
        return self.secrets[-1]

    def put(self, key: str, source: str) -> None:
        """A new secret as the value of ``key``, in ``source``."""
        secret, variable = self.new(), f"SECRET_{len(self.secrets)}"
        match source:
            case "file":
                self.lines.append(f"{key}={secret}")
            case "reference":
                self.lines.append(f"{key}=${{{variable}}}")
                self.variables[variable] = secret
            case "default":
                self.lines.append(f"{key}=${{{variable}:-{secret}}}")
            case "variable":
                self.variables[next(name for name, each in VARIABLES.items() if each == key)] = secret
            case _:
                file = self.folder / variable
                file.write_text(f"{secret}\n")
                self.variables[next(name for name, each in FILE_VARIABLES.items() if each == key)] = str(file)

    def write(self, properties: Mapping[str, str]) -> None:
        """The file of properties, those of ``properties`` first, and a manifest."""
        given = [f"{key}={value}" for key, value in {"debug": "all", **properties}.items()]
        (self.folder / "c.properties").write_text("\n".join([*given, *self.lines]) + "\n")
        (self.folder / "topics.yaml").write_text(
            "version: 1\ntopics: {orders: {partitions: 2}, new: {partitions: 1}}\n"
        )

    def search(self, *texts: str) -> None:
        """No secret is in ``texts``, nor in a file that the command wrote, however it is spelt."""
        inputs = {"c.properties", "topics.yaml", *(f"SECRET_{number + 1}" for number in range(len(self.secrets)))}
        written = [path.read_text() for path in self.folder.rglob("*") if path.is_file() and path.name not in inputs]
        for secret in self.secrets:
            spellings = {
                secret,
                quote(secret, safe=""),
                *(b64encode(each.encode()).decode() for each in (secret, f"app:{secret}")),
            }
            for text in (*texts, *written):
                assert not [each for each in spellings if each in text], f"{secret} is in: {text}"


SOURCES = ("file", "reference", "default", "variable", "mounted file")
CASES = [(command, source) for command in OF_A_CLUSTER for source in SOURCES[: 1 if command in SERVING else None]]
PAGES = ("/", "/health", "/health/topics", "/ready", "/metrics")


def carry_out(command: str, seeds: Seeds, reconciler: RunReconciler) -> Finished:
    """Run the command; one that serves until it has found something, and the standard output is what it answers."""
    if command not in SERVING:
        return reconciler(*options(command), env=seeds.variables)
    with served(seeds.folder, *options(command)[1:], env=seeds.variables) as running:
        running.wait_for(lambda: '"audit' in running.log or "audit failed" in running.log)
        pages = "".join(running.get(page)[2] for page in PAGES)
        return Finished(int("audit failed" in running.log), pages, running.log)


@pytest.fixture
def seeds(tmp_path: Path) -> Seeds:
    return Seeds(tmp_path)


@pytest.mark.parametrize(("command", "source"), CASES)
def test_a_login_that_is_right_or_wrong_shows_no_password(
    command: str, source: str, seeds: Seeds, reconciler: RunReconciler
) -> None:
    seeds.put("sasl.password", source)
    for reject in (False, True):
        with FakeKafka(topics={"orders": Topic()}, reject_credentials=reject) as kafka:
            seeds.write({"bootstrap.servers": kafka.bootstrap_servers, **LOGIN})
            done = carry_out(command, seeds, reconciler)
        if "--log-format" in known_options(command):
            assert "SaslAuthenticate" in done.stderr, "the client's own lines are there"
            assert (done.code == 1) is reject, done.stderr
        seeds.search(done.stdout, done.stderr)


@pytest.mark.parametrize(("command", "source"), CASES)
def test_secrets_in_every_property_are_not_shown_by_what_rejects_them(
    command: str, source: str, seeds: Seeds, reconciler: RunReconciler
) -> None:
    known = {"variable": VARIABLES, "mounted file": FILE_VARIABLES}.get(source)
    for key in SECRETS if known is None else [key for key in known.values() if is_secret(key)]:
        seeds.put(key, source)
    seeds.write({"bootstrap.servers": NOWHERE, **LOGIN, "security.protocol": "SASL_SSL"})
    done = carry_out(command, seeds, reconciler)
    assert done.code == 1
    seeds.search(done.stdout, done.stderr)


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_alone_is_not_shown_by_what_rejects_it(key: str, seeds: Seeds, reconciler: RunReconciler) -> None:
    seeds.put(key, "reference")
    login = {name: value for name, value in LOGIN.items() if name != key}
    seeds.write({"bootstrap.servers": NOWHERE, **login, "security.protocol": "SASL_SSL"})
    done = reconciler(*options("plan", "--timeout", "0.2"), env=seeds.variables)
    assert done.code == 1
    seeds.search(done.stdout, done.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_commands_without_a_cluster_show_no_secret_of_the_environment(
    command: str, seeds: Seeds, reconciler: RunReconciler
) -> None:
    for name in (*VARIABLES, *FILE_VARIABLES, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        seeds.variables[name] = seeds.new()
    seeds.write({})
    done = reconciler(*command.split(), "--help", env=seeds.variables)
    assert done.code == 0
    seeds.search(done.stdout, done.stderr)
    if command not in OF_A_CLUSTER and not command.startswith("sandbox"):
        done = reconciler(*options(command), env=seeds.variables)
        assert done.code == 0, done.stderr
        seeds.search(done.stdout, done.stderr)


@pytest.mark.parametrize("command", OF_A_CLUSTER)
@pytest.mark.parametrize(
    "option", ["-X sasl.password={}", "-X sasl.password:{}", "-X {}", "--bootstrap-server sasl://app:{}@host:1"]
)
def test_a_secret_on_the_command_line_is_not_repeated(
    option: str, command: str, seeds: Seeds, reconciler: RunReconciler
) -> None:
    seeds.write({})
    name, value = option.format(seeds.new()).split(" ", 1)
    done = reconciler(
        *[each for each in options(command) if each not in {"--command-config", "c.properties"}], name, value
    )
    assert done.code in {1, 64}
    seeds.search(done.stdout, done.stderr)


@pytest.mark.parametrize("place", ["{}@127.0.0.1:1/token", "app:{}@127.0.0.1:1/token"])
def test_credentials_in_the_address_of_a_token_server_are_not_shown(
    place: str, seeds: Seeds, reconciler: RunReconciler
) -> None:
    oidc = {
        **LOGIN,
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.client.id": "app",
        "sasl.oauthbearer.client.secret": seeds.new(),
        "sasl.oauthbearer.token.endpoint.url": f"http://{place.format(quote(seeds.new(), safe=''))}",
    }
    with FakeKafka() as kafka:
        seeds.write({"bootstrap.servers": kafka.bootstrap_servers, **oidc})
        done = reconciler(*options("plan", "--timeout", "3"))
    assert done.code == 1
    assert re.search(r"token", done.stderr)
    seeds.search(done.stdout, done.stderr)
