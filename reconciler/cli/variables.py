"""Warnings about environment variables that look like those of an option, and are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from reconciler.errors import Diagnostic
from reconciler.misspelt import KAFKAS, OURS, meant, no_effect


def near_misses(environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A warning for each variable that is set and nearly has the name of an option's variable.

    Variables of Kafka itself (``KAFKA_HEAP_OPTS``) and of other programs are ignored.
    """
    prefixed = {name for name, value in environ.items() if name.startswith((OURS, KAFKAS)) and value.strip()}
    candidates = prefixed.difference(own_variables())
    known = frozenset(option_variables()) if candidates else frozenset()  # loads every command
    for name in sorted(candidates - known):
        probable = meant(name, known)
        if probable is not None:
            yield no_effect(name, probable)


def own_variables() -> Iterator[str]:
    """The variables of the options of the running command."""
    context = click.get_current_context(silent=True)
    if context is not None and context.parent is not None:
        yield from _variables_of(context.command, context)


def option_variables() -> Iterator[str]:
    """The variables of all options of all commands; none outside of a command."""
    context = click.get_current_context(silent=True)
    if context is not None:
        root = context.find_root()
        yield from _variables_of(root.command, root)


def _variables_of(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:
        names = parameter.envvar or ()
        yield from [names] if isinstance(names, str) else names
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _variables_of(inner, context)
