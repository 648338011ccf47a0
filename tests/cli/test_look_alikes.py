"""A name or a value that a message calls wrong is shown so that its reader can see what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.printable import quoted, unmistakable
from tests.support.command import PROJECT
from tests.wire.fake_kafka import FakeKafka

# A name of each kind, and how it is shown.
NAMES = {
    "look-alike": ("\u043erders", r"\u043erders"),
    "full width": ("order\uff53", r"order\uff53"),
    "dash": ("or\u2013ders", r"or\u2013ders"),
    "escape sequence": ("or\x1b[1mders", r"or\x1b[1mders"),
    "bidi override": ("or\u202eders", r"or\u202eders"),
    "invisible": ("or\u200bders", r"or\u200bders"),
    "not UTF-8": ("or\udce9ders", r"or\xe9ders"),
}
# What holds NAME in a place where it is refused. The manifest is valid but for what it has of it.
COMMANDS = {
    "no such command": ["NAME"],
    "no such option": ["validate", "--NAME"],
    "a choice": ["schema", "NAME"],
    "a number": ["plan", "--timeout", "NAME"],
    "no such topic": ["explain", "NAME"],
    "no such manifest": ["validate", "-f", "NAME"],
    "no such overlay": ["validate", "-e", "NAME"],
    "no such report": ["validate", "--report", "NAME"],
    "no such folder": ["validate", "--report", "NAME/r.json"],
    "no topic matches": ["plan", "--only", "NAME", "--bootstrap-server", "KAFKA"],
    "no such file of properties": ["plan", "--command-config", "NAME"],
    "no such property": ["plan", "--bootstrap-server", "KAFKA", "-X", "NAME=1"],
    "no such protocol": ["plan", "--bootstrap-server", "KAFKA", "-X", "security.protocol=NAME"],
    "no such mechanism": [
        *["plan", "--bootstrap-server", "KAFKA", "-X", "security.protocol=SASL_SSL"],
        *["-X", "sasl.mechanism=NAME"],
    ],
    "a secret": ["plan", "-X", "NAME.password=x"],
    "no such address": ["plan", "--bootstrap-server", "NAME:1"],
    "no such version": ["sandbox", "run", "--kafka-version", "NAME", "--", "true"],
}
# Likewise, with NAME in double quotes.
MANIFESTS = {
    "topic": "topics: {NAME: {}}",
    "key": "topics: {a: {NAME: 1}}",
    "key at the top": "topics: {a: {}}\nNAME: 1",
    "config key": "topics: {a: {config: {NAME: 1}}}",
    "null of a config key": "topics: {a: {config: {NAME: null}}}",
    "nothing at a config key": "topics: {a: {config: {NAME: }}}",
    "profile": "topics: {a: {profile: NAME}}",
    "profiles": "profiles: {NAME: {}}\ntopics: {a: {profile: none}}",
    "choice": "topics: {a: {config: {cleanup.policy: NAME}}}",
    "number": "topics: {a: {partitions: NAME}}",
    "key given twice": "topics: {a: {}}\nx-a: {NAME: 1, NAME: 2}",
    "addresses": "topics: {a: {}}\ncluster: {bootstrap_servers: NAME}",
}


def is_unsafe(text: str) -> bool:
    return any(name in text for name, _ in NAMES.values()) or not text.replace("\n", "").isprintable()


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, in a folder with a manifest; its exit code, and all that it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topics.yaml").write_text("version: 1\ntopics: {a: {}}\n")

    def run_in_process(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out + said.err

    return run_in_process


@pytest.mark.parametrize("kind", NAMES)
def test_every_command_shows_a_refused_name_so_that_it_cannot_be_mistaken(kind: str, run: Run) -> None:
    name, shown = NAMES[kind]
    wrong = {}
    with FakeKafka() as kafka:
        for case, words in COMMANDS.items():
            arguments = [word.replace("NAME", name).replace("KAFKA", kafka.bootstrap_servers) for word in words]
            code, said = run(*arguments)
            as_python_has_it = name.encode("unicode_escape").decode()  # click's words
            names_it = (
                shown in said or as_python_has_it in said or "is not UTF-8 text" in said or "is not valid UTF-8" in said
            )
            if not names_it or is_unsafe(said) or code not in {1, 64}:
                wrong[case] = (code, said)
    assert wrong == {}


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "not UTF-8"])
@pytest.mark.parametrize("form", ["text", "github"])
def test_every_place_of_a_manifest_shows_a_refused_name_so(kind: str, form: str, run: Run) -> None:
    name, shown = NAMES[kind]
    wrong = {}
    for case, text in MANIFESTS.items():
        written = text.replace("NAME", json.dumps(name))  # YAML reads a text in JSON
        Path("m.yaml").write_text(f"version: 1\n{written}\n", encoding="utf-8")
        _, said = run("validate", "-f", "m.yaml", "-o", form)
        if shown not in said or is_unsafe(said):
            wrong[case] = said
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    ["caf\u00e9", "Gr\u00f6\u00dfe", "\u65e5\u672c\u8a9e", "\u30c8\u30d4\u30c3\u30af", "\ud55c\uae00", "a-b_c.d"],
)
def test_letters_that_pass_for_nothing_else_stay_readable(text: str) -> None:
    assert unmistakable(text) == text


@pytest.mark.parametrize("text", ["", "a", "it's", '"', "'\"", "a\\b", "\n", "\x7f"])
def test_a_quoted_text_in_ascii_is_as_python_quotes_it(text: str) -> None:
    assert quoted(text) == repr(text)


def test_no_message_quotes_by_itself() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in sorted((PROJECT / "reconciler").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"![ra]\}|\bmap\(repr\b", line) and "error.object!a" not in line
    ]
    assert found == [], "use reconciler.printable.quoted"
