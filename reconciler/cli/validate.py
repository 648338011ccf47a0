"""``reconciler validate``"""

from __future__ import annotations

import click

from reconciler.cli.console import Console
from reconciler.cli.manifest import load_manifest
from reconciler.cli.options import ManifestOptions, OutputOptions, manifest_options, output_options
from reconciler.cli.run import carry_out
from reconciler.model import Command
from reconciler.session import Session


@click.command("validate")
@manifest_options
@output_options
def command(manifest: ManifestOptions, output: OutputOptions) -> int:
    """Check a manifest without a cluster.

    Reports all errors at once, each with its place and what to do about it.

    \b
    Examples:
      reconciler validate
      reconciler validate -f kafka/topics.yaml -e prod
      reconciler validate -f topics -o github       annotate a pull request
    """

    def work(session: Session, _console: Console) -> None:
        load_manifest(session, manifest)

    return carry_out(lambda control: Session(Command.VALIDATE, control=control), output, work)
