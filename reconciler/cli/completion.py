"""``reconciler completion``"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli.options import verbose_option
from reconciler.cli.streams import put

SHELLS = ("bash", "zsh", "fish")
_PROGRAM = "reconciler"
_VARIABLE = "_RECONCILER_COMPLETE"
"""Where click finds what a shell asks for."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@verbose_option
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    Completes commands, options, files, overlays after -e, and topic names after --only and explain.

    \b
    Examples:
      source <(reconciler completion bash)                    in ~/.bashrc
      source <(reconciler completion zsh)                     in ~/.zshrc
      reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(shell)
    put(f"{kind(ctx.find_root().command, {}, _PROGRAM, _VARIABLE).source().strip()}\n")
