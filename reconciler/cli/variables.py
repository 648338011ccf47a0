"""Warnings about environment variables that look like those of an option, and are ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import click

from reconciler.errors import Diagnostic, Severity, Variable

_OURS, _KAFKAS = "RECONCILER_", "KAFKA_"
_CLOSE = 0.9
_SHORTEST_BEGINNING = len(_OURS) + 3


def near_misses(environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A warning for each variable that is set and nearly has the name of an option's variable.

    Variables of Kafka itself (``KAFKA_HEAP_OPTS``) and of other programs are ignored.
    """
    prefixed = {name for name, value in environ.items() if name.startswith((_OURS, _KAFKAS)) and value.strip()}
    candidates = prefixed.difference(own_variables())
    known = frozenset(option_variables()) if candidates else frozenset()  # loads every command
    for name in sorted(candidates - known):
        meant = _meant(name, known)
        if meant is not None:
            yield Diagnostic(
                severity=Severity.WARNING,
                code="unknown-variable",
                message=f"the environment variable {name} has no effect",
                hint=f"did you mean {meant}?",
                origin=Variable(name),
            )


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


def _meant(name: str, known: frozenset[str]) -> str | None:
    """The known variable that ``name`` probably stands for."""
    # RECONCILER_BOOTSTRAP_SERVERS is as good a guess as any.
    aliases = {_OURS + each.removeprefix(_KAFKAS): each for each in known if each.startswith(_KAFKAS)}
    spellings = aliases | {each: each for each in known}
    close = get_close_matches(name, spellings, n=1, cutoff=_CLOSE)
    if close:
        return spellings[close[0]]
    if name.startswith(_OURS) and len(name) >= _SHORTEST_BEGINNING:
        return next((each for each in sorted(known) if each.startswith(name)), None)
    return None
