"""Commands and options of other tools, and their names here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.printable import quoted

COMMANDS = {
    "diff": "plan",
    "preview": "plan",
    "check": "plan",
    "dry-run": "plan",
    "status": "plan",
    "deploy": "apply",
    "create": "apply",
    "update": "apply",
    "run": "apply",
    "sync": "apply",
    "up": "apply",
    "undo": "apply --undo",
    "rollback": "apply --undo",
    "revert": "apply --undo",
    "audit": "drift",
    "detect": "drift",
    "drift-check": "drift",
    "lint": "validate",
    "test": "validate",
    "describe": "explain",
    "show": "render",
    "view": "render",
    "get": "explain",
    "ping": "doctor",
    "diagnose": "doctor",
    "test-connection": "doctor",
    "whoami": "doctor",
    "watch": "serve",
    "monitor": "serve",
    "daemon": "serve",
    "server": "serve",
    "completions": "completion",
    "autocomplete": "completion",
}
"""Commands of terraform, kubectl, helm, topicctl, kafka-gitops and julie, and the command here."""

OPTIONS = {
    "--auto-approve": "--yes",
    "--assume-yes": "--yes",
    "--no-input": "--yes",
    "--skip-confirm": "--yes",
    "--broker": "--bootstrap-server",
    "--brokers": "--bootstrap-server",
    "--broker-addr": "--bootstrap-server",
    "--zookeeper": "--bootstrap-server",
    "--filename": "--file",
    "--topology": "--file",
    "--clientConfig": "--command-config",
    "--client-config": "--command-config",
    "--env": "--environment",
    "--overlay": "--environment",
    "--target": "--only",
    "--topic": "--only",
    "--topics": "--only",
    "--since": "--baseline",
    "--previous": "--baseline",
    "--out": "--report",
    "--detailed-exit-code": "--detailed-exitcode",
    "--no-color": "--color never",
    "--no-colour": "--color never",
    "--colour": "--color",
    "--output-format": "--output",
    "--format": "--output",
    "--namespace": "--environment",
    "--config-file": "--command-config",
}
"""Likewise for options."""

_DRY_RUNS = frozenset({"--dry-run", "--dryRun", "--check", "--diff"})


_ASKS = {"help": "--help", "version": "--version"}


def in_our_words(error: click.UsageError, arguments: Sequence[str]) -> click.UsageError:
    """``error``; where it is about an option of another tool, one that names the option here instead.

    ``arguments`` are those of the command line: click takes ``-auto-approve`` for ``-a``.
    """
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return error
    word = error.option_name
    if len(word) == _SHORT:
        word = next((each for each in arguments if each.startswith(word) and f"-{each}" in _KNOWN), word)
    long = word if word.startswith("--") else f"-{word}"
    there = {name for parameter in error.ctx.command.params for name in parameter.opts}
    meant = OPTIONS.get(long, "")
    if long in _DRY_RUNS:
        found = "For a dry run, use 'reconciler plan'; it changes nothing."
    elif meant and meant.split()[0] in there:
        found = f"Use {meant} instead."
    else:
        return error
    return click.UsageError(f"No such option {quoted(word)}. {found}", error.ctx)


def command_hint(word: str) -> str:
    """Likewise for a command."""
    meant = COMMANDS.get(word) or _ASKS.get(word)
    return f" Use {quoted(meant)} instead." if meant else ""


_SHORT = len("-a")
_KNOWN = _DRY_RUNS | OPTIONS.keys()
