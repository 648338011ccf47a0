"""The command line as a new user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import PROJECT, RunReconciler


def test_version_and_help(reconciler_process: RunReconciler) -> None:
    assert reconciler_process("--version").stdout == "reconciler 0.1.0\n"
    done = reconciler_process("--help")
    assert done.code == 0
    assert "sandbox" in done.stdout
    assert "Examples:" in done.stdout


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "schema", "sandbox"])
def test_every_command_has_help_with_an_example(command: str, reconciler: RunReconciler) -> None:
    done = reconciler(command, "--help")
    assert done.code == 0
    assert f"  reconciler {command}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aply"], "Did you mean 'apply'?"),
        (["plan", "--bootstrap-servers", "x"], "--bootstrap-server"),
        (["plan", "-o", "xml"], "'xml'"),
        (["plan", "--timeout", "0"], "0"),
        (["plan", "--timeout", "soon"], "soon"),
        (["plan", "--report", "report.pdf"], "unsupported report format '.pdf'; use .json, "),
        (["plan", "--report", "nowhere/report.json"], "no directory nowhere"),
        (["validate", "-e", "../prod"], "environment must be a name such as prod"),
        (["schema", "topics", "extra"], "extra"),
        (["schema", "topic"], "'topic'"),
    ],
)
def test_wrong_usage_exits_with_64_and_says_what(arguments: list[str], said: str, reconciler: RunReconciler) -> None:
    done = reconciler(*arguments)
    assert (done.code, done.stdout) == (64, "")
    assert said in done.stderr


@pytest.mark.parametrize("flag", ["--detailed-exitcode", "--rehearse"])
def test_a_flag_of_a_later_version_is_not_accepted_and_ignored(flag: str, reconciler: RunReconciler) -> None:
    done = reconciler("apply", flag, "x")
    assert done.code == 64
    assert "No such option" in done.stderr


def test_plan_without_a_cluster_says_how_to_name_one_and_reports_it(reconciler_process: RunReconciler) -> None:
    done = reconciler_process("plan", "-o", "json", cwd=PROJECT)
    assert done.code == 64
    assert "give --bootstrap-server HOST:PORT, set KAFKA_BOOTSTRAP_SERVERS" in done.stderr
    assert done.report["run"]["status"] == "failed"
    assert done.report["cluster"] is None


def test_apply_without_a_terminal_wants_yes(reconciler_process: RunReconciler) -> None:
    done = reconciler_process("apply", "--bootstrap-server", "127.0.0.1:1", cwd=PROJECT)
    assert done.code == 64
    assert "--yes" in done.stderr


def test_the_short_form_of_yes_asks_nothing(reconciler: RunReconciler) -> None:
    done = reconciler("apply", "-y", "--bootstrap-server", "127.0.0.1:1", "--timeout", "1", cwd=PROJECT)
    assert done.code == 1
    assert "cannot connect" in done.stderr


def test_a_password_is_not_taken_from_the_command_line(reconciler: RunReconciler) -> None:
    done = reconciler("plan", "-X", "sasl.password=hunter2", cwd=PROJECT)
    assert done.code == 64
    assert "--command-config" in done.stderr
    assert "hunter2" not in done.stderr


def test_validate_reports_its_diagnostics(tmp_path: Path, reconciler_process: RunReconciler) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics:\n  orders: {partitions: 0}\n")
    done = reconciler_process("validate", "-o", "json", "--report", "report.json")
    assert done.code == 1
    (diagnostic,) = done.report["diagnostics"]
    assert diagnostic["origin"] == {"file": "topics.yaml", "line": 3, "column": 24}
    assert (tmp_path / "report.json").read_text() == done.stdout


def test_a_report_of_a_valid_manifest_names_its_files(reconciler: RunReconciler) -> None:
    report = reconciler("validate", "-e", "prod", "-o", "json", cwd=PROJECT).report
    assert [file["path"] for file in report["manifest"]["files"]] == ["topics.yaml", "topics.prod.yaml"]
    assert report["environment"] == "prod"
    assert report["run"]["status"] == "ok"


def test_options_come_from_the_environment(reconciler_process: RunReconciler) -> None:
    done = reconciler_process(
        "validate", env={"RECONCILER_FILE": str(PROJECT / "topics.yaml"), "RECONCILER_OUTPUT": "json"}
    )
    assert done.code == 0
    assert done.report["command"] == "validate"


@pytest.mark.parametrize("arguments", [["--version", "-v"], ["-v", "--version"]])
def test_the_version_with_all_that_a_bug_report_needs(arguments: list[str], reconciler: RunReconciler) -> None:
    done = reconciler(*arguments)
    first, *more = done.stdout.splitlines()
    assert first == "reconciler 0.1.0"
    assert [line.split(" ")[0] for line in more] == ["Python", "confluent-kafka", "librdkafka", "platform"]
    assert all(len(line.split(" ")) > 1 for line in more)


def test_the_verbose_flag_before_a_command_is_not_ignored(reconciler: RunReconciler) -> None:
    done = reconciler("-v", "plan")
    assert done.code == 64
    assert "-v belongs after the command" in done.stderr


@pytest.mark.parametrize(
    ("topics", "ending"),
    [
        ("a: {}", "topics.yaml: valid, 1 topic"),
        ("{a: {}, b: {config: {no.such: 1}}, c: {config: {nor.this: 1}}}", "topics.yaml: valid, 3 topics, 2 warnings"),
    ],
)
def test_validate_ends_with_how_much_it_checked(
    topics: str, ending: str, tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics:\n  {topics}\n")
    assert reconciler("validate").stdout == f"{ending}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["plan", "orders"], "orders is a topic; did you mean --only orders?"),
        (["apply", "-y", "topics.yaml", "orders"], "orders is a topic; did you mean --only orders?"),
        (["plan", "orders", "-e", "prod"], "orders is a topic; did you mean --only orders?"),
        (["validate", "orders"], "orders is a topic; 'reconciler explain orders' shows its settings"),
        (["plan", "payments"], "give the path of the manifest"),
    ],
)
def test_a_file_that_is_a_topic_gets_a_hint(
    arguments: list[str], hint: str, tmp_path: Path, reconciler: RunReconciler
) -> None:
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {orders: {}}\n")
    (tmp_path / "topics.prod.yaml").write_text("topics: {orders: {partitions: 2}}\n")
    done = reconciler(*arguments)
    assert done.code in {1, 64}
    assert hint in done.stderr
