"""Where the client's properties come from: a file read once, variables, flags; and that no secret gets out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cluster.properties import is_secret
from reconciler.cluster.variables import FILE_VARIABLES, USE_SSL, VARIABLES
from reconciler.sandbox import Sandbox
from tests.support.clients import AdminClient
from tests.support.command import PROJECT, Finished, RunReconciler, environment
from tests.wire.fake_cluster import Topic
from tests.wire.fake_kafka import FakeKafka

NOWHERE = "127.0.0.1:1"
MANIFEST = "version: 1\ntopics: {orders: {partitions: 1}}\n"


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "topics.yaml"
    path.write_text(MANIFEST)
    return path


def through_a_pipe(content: str, folder: Path, *arguments: str) -> Finished:
    """Run with ``content`` as a shell's ``--command-config <(…)`` gives it: it is there once."""
    reading, writing = os.pipe()
    os.write(writing, content.encode())
    os.close(writing)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments, "--command-config", f"/dev/fd/{reading}"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=[reading],
            timeout=150,
            check=False,
        )
    finally:
        os.close(reading)
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("named_by", ["flag", "file", "manifest"])
def test_tls_that_a_pipe_demands_is_never_lost(named_by: str, tmp_path: Path, manifest: Path, kafka: Sandbox) -> None:
    """The broker speaks plain text only: an apply that succeeds has lost its properties."""
    topic, servers = f"never-in-plain-text-{named_by}", kafka.bootstrap_servers
    manifest.write_text(f"version: 1\ntopics: {{{topic}: {{partitions: 1}}}}\n")
    arguments, content = ["apply", "--yes", "--timeout", "20"], "security.protocol=SSL\n"
    if named_by == "flag":
        arguments += ["--bootstrap-server", servers]
    elif named_by == "file":
        content += f"bootstrap.servers={servers}\n"
    else:
        manifest.write_text(f"{manifest.read_text()}cluster: {{bootstrap_servers: '{servers}'}}\n")
    done = through_a_pipe(content, tmp_path, *arguments)
    assert done.code == 1
    assert "the client uses TLS, but the port does not" in done.stderr
    assert topic not in AdminClient({"bootstrap.servers": servers}).list_topics(timeout=10).topics


def test_what_is_wrong_in_a_pipe_is_said_though_it_can_be_read_once(tmp_path: Path) -> None:
    done = through_a_pipe("security.protocol=SSL\nhunter2\n", tmp_path, "plan", "--bootstrap-server", NOWHERE)
    assert done.code == 1
    assert ":2:1: error: expected key=value" in done.stderr


def test_an_empty_pipe_is_refused(tmp_path: Path) -> None:
    with FakeKafka(topics={"orders": Topic()}) as kafka:
        done = through_a_pipe("", tmp_path, "plan", "--bootstrap-server", kafka.bootstrap_servers)
    assert done.code == 1
    assert "has no properties" in done.stderr


def test_mistakes_of_the_manifest_and_of_the_properties_are_said_together(
    reconciler: RunReconciler, tmp_path: Path, manifest: Path
) -> None:
    manifest.write_text("version: 1\ntopics: {orders: {partitions: 0}}\n")
    (tmp_path / "c.properties").write_text("x\n")
    done = reconciler("plan", "--bootstrap-server", NOWHERE, "--command-config", "c.properties", "-o", "json")
    assert [each["origin"]["file"] for each in done.report["diagnostics"]] == ["topics.yaml", "c.properties"]


def test_flags_win_over_the_file_and_the_file_over_variables_and_those_over_the_manifest(
    reconciler: RunReconciler, tmp_path: Path, manifest: Path
) -> None:
    """What each source sets is wrong, so that the message tells which one was taken."""
    manifest.write_text(f"{MANIFEST}cluster: {{bootstrap_servers: '{NOWHERE}'}}\n")
    (tmp_path / "c.properties").write_text("security.protocol=FILE\n")
    variables = {"KAFKA_SECURITY_PROTOCOL": "VARIABLE"}
    file, flag = ("--command-config", "c.properties"), ("-X", "security.protocol=FLAG")
    said = [reconciler("plan", *more, env=variables).stderr for more in ((), file, (*file, *flag))]
    assert "KAFKA_SECURITY_PROTOCOL (security.protocol): 'VARIABLE'" in said[0]
    assert "c.properties:1:1: error: security.protocol: 'FILE'" in said[1]
    assert "security.protocol: 'FLAG'" in said[2]


def test_an_empty_variable_is_not_set_and_one_of_a_broker_is_ignored(reconciler: RunReconciler) -> None:
    variables = {"KAFKA_SECURITY_PROTOCOL": "", "KAFKA_SSL_CLIENT_AUTH": "required", "KAFKA_BROKER_ID": "1"}
    with FakeKafka(topics={"orders": Topic()}) as kafka:
        done = reconciler("plan", "--bootstrap-server", kafka.bootstrap_servers, env=variables)
    assert done.code == 0


@pytest.mark.parametrize(
    ("source", "code"),
    [("--bootstrap-server", 64), ("KAFKA_BOOTSTRAP_SERVERS", 1), ("-X", 1), ("file", 1), ("manifest", 1)],
)
def test_a_wrong_address_is_said_at_once_wherever_it_stands(
    source: str, code: int, reconciler: RunReconciler, tmp_path: Path, manifest: Path
) -> None:
    wrong = "localhost:99999"
    (tmp_path / "c.properties").write_text(f"bootstrap.servers={wrong}\n")
    if source == "manifest":
        manifest.write_text(f"{MANIFEST}cluster: {{bootstrap_servers: '{wrong}'}}\n")
    options = {
        "--bootstrap-server": ["--bootstrap-server", wrong],
        "-X": ["-X", f"bootstrap.servers={wrong}"],
        "file": ["--command-config", "c.properties"],
    }
    variables = {"KAFKA_BOOTSTRAP_SERVERS": wrong} if source == "KAFKA_BOOTSTRAP_SERVERS" else {}
    done = reconciler("plan", "--timeout", "1000", *options.get(source, []), env=variables)
    assert done.code == code
    assert f"{wrong!r} has no valid port" in done.stderr


@pytest.mark.parametrize("key", ["sasl.password", "SASL.Password", "sasl.oauthbearer.assertion.private.key.passphrase"])
def test_a_secret_is_not_taken_from_the_command_line(key: str, reconciler: RunReconciler) -> None:
    done = reconciler("plan", "-X", f"{key}=hunter2")
    assert done.code == 64
    assert "--command-config" in done.stderr
    assert "hunter2" not in done.stderr


def test_an_option_that_is_no_property_is_not_shown(reconciler: RunReconciler) -> None:
    done = reconciler("plan", "-X", "sasl.password hunter2")
    assert done.code == 64
    assert "hunter2" not in done.stderr


SECRETS = [
    *sorted(key for key in VARIABLES.values() if is_secret(key)),
    "https.ca.pem",
    "sasl.jaas.config",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.config",
    "ssl.keystore.key",
    "some.passphrase",
]


@pytest.mark.parametrize("source", ["file", "reference", "variable"])
@pytest.mark.parametrize("key", SECRETS)
def test_no_secret_gets_out_at_any_level(key: str, source: str, reconciler: RunReconciler, tmp_path: Path) -> None:
    secret = "hunter2-Tr0ub4dor"  # noqa: S105 - the point of the test
    variable = f"KAFKA_{key.upper().replace('.', '_')}"
    lines = ["debug=all", "security.protocol=SASL_SSL", "sasl.mechanism=PLAIN", "sasl.username=app"]
    lines += [f"{key}={secret}"] if source == "file" else [f"{key}=${{PW}}"] if source == "reference" else []
    (tmp_path / "c.properties").write_text("\n".join(lines) + "\n")
    variables = {"PW": secret, variable: secret if source == "variable" else ""}
    arguments = ["--bootstrap-server", NOWHERE, "--timeout", "0.5", "--report", "report.json", "-vv", "-o", "json"]
    done = reconciler("plan", *arguments, "--command-config", "c.properties", env=variables)
    assert done.code == 1
    assert json.loads((tmp_path / "report.json").read_text())["diagnostics"]
    assert secret not in done.stdout + done.stderr + (tmp_path / "report.json").read_text()


def test_every_variable_is_documented() -> None:
    page = (PROJECT / "docs/clusters.md").read_text()
    rows = [line.split("`") for line in page.splitlines() if line.startswith("| `KAFKA_")]
    assert {row[1]: row[3] for row in rows} == {**VARIABLES, USE_SSL: "security.protocol"}
    assert {row[1] for row in rows if "`_FILE`" in "`".join(row)} == {
        name.removesuffix("_FILE") for name in FILE_VARIABLES
    }
