"""``reconciler schema``"""

from __future__ import annotations

import click

from reconciler.cli.options import verbose_option
from reconciler.cli.streams import put
from reconciler.schemas import NAMES, schema_text


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
@verbose_option
def command(name: str) -> None:
    """Print the JSON Schema of a manifest (topics), an overlay or a report.

    \b
    Examples:
      reconciler schema topics > topics.schema.json
    """
    put(schema_text(name))
