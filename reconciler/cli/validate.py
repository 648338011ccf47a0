"""``reconciler validate``"""

from __future__ import annotations

import click

from reconciler.cli.options import ManifestOptions, OutputOptions, manifest_options, output_options
from reconciler.cli.run import Run, carry_out, load_manifest


@click.command("validate")
@manifest_options
@output_options("text", "json", "github")
def command(manifest: ManifestOptions, output: OutputOptions) -> int:
    """Check a manifest without a cluster.

    Every mistake is shown at once, each with its place and what to do about it.

    \b
    Examples:
      reconciler validate
      reconciler validate -f kafka/topics.yaml -e prod
      reconciler validate -f topics -o github       annotations in a pull request
    """
    return carry_out(Run(command="validate", output=output), lambda run: load_manifest(run, manifest))
