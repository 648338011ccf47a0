"""Commands and options of other tools, and their names here."""

from __future__ import annotations

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
    "lint": "validate",
    "test": "validate",
    "describe": "explain",
    "show": "explain",
    "get": "explain",
}
"""Commands of terraform, kubectl, helm, topicctl, kafka-gitops and julie, and the command here."""

OPTIONS = {
    "--auto-approve": "--yes",
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
    "--out": "--report",
    "--detailed-exit-code": "--detailed-exitcode",
    "--no-color": "NO_COLOR=1 in the environment",
}
"""Likewise for options."""

_DRY_RUNS = frozenset({"--dry-run", "--dryRun", "--check", "--diff"})


def hint(error: click.UsageError) -> str:
    """What to write instead of an option of another tool, to follow the message; empty for any other option."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return ""
    if error.option_name in _DRY_RUNS:
        return " For a dry run, use 'reconciler plan'; it changes nothing."
    meant = OPTIONS.get(error.option_name, "")
    there = {name for parameter in error.ctx.command.params for name in parameter.opts}
    return f" Here it is {meant}." if meant in there or (not meant.startswith("-") and meant) else ""


def command_hint(word: str) -> str:
    """Likewise for a command."""
    return f" Here it is {quoted(COMMANDS[word])}." if word in COMMANDS else ""
