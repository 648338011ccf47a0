"""What every option here is built from: variables that may be blank, values one a line, options as one argument."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

Command = Callable[..., int]


class Option(click.Option):
    """An option whose blank variables count as not set; an error names the variable that the value is from."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002 - the name is click's
        """The value of the first variable that has one."""
        name = self._variable()
        return os.environ[name] if name is not None else None

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """The option, and the variable that the value is from."""
        hint = click.Parameter.get_error_hint(self, ctx)
        if ctx is None or ctx.get_parameter_source(self.name) is not ParameterSource.ENVIRONMENT:
            return hint
        return f"{hint} (env var: '{self._variable()}')"

    def _variable(self) -> str | None:
        names = [self.envvar] if isinstance(self.envvar, str) else self.envvar or ()
        return next((name for name in names if os.environ.get(name, "").strip()), None)


class Repeatable(Option):
    """An option that may be given several times; its variable holds one value per line.

    click splits at spaces, and paths at colons, which are parts of values.
    """

    def value_from_envvar(self, ctx: click.Context) -> list[str] | None:
        """The lines that are not blank; ``None`` where there are none, as where the variable is not set."""
        text = self.resolve_envvar_value(ctx) or ""
        return [line.strip() for line in text.split("\n") if line.strip()] or None


def bundled(name: str, kind: type, *options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Add ``options`` to a command, which gets their values as one argument ``name`` of type ``kind``."""
    fields = [each.name for each in dataclasses.fields(kind)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def bundling(**values: Any) -> int:
            bundle = kind(**{field: values.pop(field) for field in fields if field in values})
            return command(**values, **{name: bundle})

        decorated: Command = bundling
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
