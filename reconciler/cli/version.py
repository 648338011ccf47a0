"""``reconciler --version``"""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli.streams import put


def show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """The callback of ``--version``: prints the version, with ``-v`` all that a bug report needs, and exits."""
    if not wanted or ctx.resilient_parsing:
        return
    put(f"reconciler {__version__}\n")
    if ctx.params["verbose"]:
        put("".join(f"{name} {version}\n" for name, version in _surroundings().items()))
    ctx.exit()


def _surroundings() -> dict[str, str]:
    import platform  # noqa: PLC0415 - not needed for --help

    from reconciler.cluster.versions import client_versions  # noqa: PLC0415 - loads the client

    return {"Python": platform.python_version(), **client_versions(), "platform": platform.platform()}
