"""Words of other tools: who types them is told what they are called here, and nothing is done."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from reconciler.cli.main import COMMANDS
from reconciler.cli.main import reconciler as command
from reconciler.cli.other_words import COMMANDS as WORDS
from reconciler.cli.other_words import OPTIONS
from tests.support.command import RunReconciler


@pytest.mark.parametrize("word", ["diff", "deploy", "lint", "show"])
def test_a_command_of_another_tool_is_told_the_one_here(word: str, reconciler: RunReconciler) -> None:
    done = reconciler(word)
    assert done.code == 64
    assert f"Use '{WORDS[word]}' instead." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("apply --auto-approve", "Use --yes instead."),
        ("plan --brokers x", "Use --bootstrap-server instead."),
        ("validate --env prod", "Use --environment instead."),
        ("apply -auto-approve", "Use --yes instead."),
        ("plan --no-color", "Use --color never instead."),
        ("apply -dry-run", "For a dry run, use 'reconciler plan'"),
        ("apply --dry-run", "For a dry run, use 'reconciler plan'"),
    ],
)
def test_an_option_of_another_tool_is_told_the_one_here(arguments: str, said: str, reconciler: RunReconciler) -> None:
    done = reconciler(*arguments.split())
    assert done.code == 64
    assert said in done.stderr
    assert "Did you mean" not in done.stderr, "one piece of advice is enough"


def test_no_option_is_advised_that_the_command_does_not_have(reconciler: RunReconciler) -> None:
    assert "instead" not in reconciler("plan", "--auto-approve").stderr


def test_what_is_advised_exists_and_what_exists_needs_no_advice() -> None:
    assert {words.split()[0] for words in WORDS.values()} <= COMMANDS.keys()
    assert not WORDS.keys() & COMMANDS.keys()
    with click.Context(command) as context:
        commands = [command.get_command(context, name) for name in COMMANDS]
    names = {name for each in commands if each for parameter in each.params for name in parameter.opts}
    assert {meant.split()[0] for meant in OPTIONS.values()} <= names
    assert not OPTIONS.keys() & names


@pytest.mark.parametrize(
    ("asked", "said"),
    [("prd", "did you mean -e prod? available overlays: dev, prod"), ("staging", "\n  available overlays: dev, prod")],
)
@pytest.mark.parametrize("base", ["topics.yaml", "topics"])
def test_an_overlay_that_is_not_there_is_told_those_that_are(
    base: str, asked: str, said: str, tmp_path: Path, reconciler: RunReconciler
) -> None:
    manifest = tmp_path / base / "a.yaml" if base == "topics" else tmp_path / base
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text("version: 1\ntopics: {a: {}}\n")
    for name in ("topics.prod.yaml", "topics.dev.yml", "topics.md", "other.eu.yaml"):
        (tmp_path / name).write_text("topics: {}\n")
    done = reconciler("validate", base, "-e", asked)
    assert done.code == 1
    assert said in done.stderr
