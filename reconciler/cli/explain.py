"""``reconciler explain``"""

from __future__ import annotations

import os
import shutil

import click

from reconciler.cli import suggest
from reconciler.cli.connect import named_cluster
from reconciler.cli.options import (
    ClusterOptions,
    ManifestOptions,
    cluster_options,
    colour_option,
    format_option,
    manifest_options,
    verbose_option,
)
from reconciler.cli.signals import Signals
from reconciler.cli.streams import put, put_json, say
from reconciler.cli.variables import near_misses
from reconciler.clock import Clock, TimeLimit
from reconciler.errors import ClusterUnavailable, Diagnostic, Severity
from reconciler.exit_codes import OK
from reconciler.session import Control

_COLUMNS_WITHOUT_TERMINAL = 100
_OFFLINE = Diagnostic(
    severity=Severity.INFO, code="offline", message="--offline shows what the manifest sets, without the cluster"
)


@click.command("explain")
@click.argument("topic", shell_complete=suggest.topics)
@manifest_options
@cluster_options
@click.option("--offline", is_flag=True, help="Show only the manifest, also where a cluster is named.")
@click.option("-a", "--all", "show_all", is_flag=True, help="Also show what the topic inherits on the cluster.")
@format_option("text", "json")
@colour_option
@verbose_option
@click.pass_obj
def command(
    signals: Signals,
    *,
    topic: str,
    manifest: ManifestOptions,
    cluster: ClusterOptions,
    offline: bool,
    show_all: bool,
    output: str,
) -> int:
    """Show every value of TOPIC, the layer that set it, and where. Changes nothing (read-only).

    Where an option, a variable or the manifest names a cluster, also shows the value there, what sets that one (the
    topic, broker settings made at run time, broker properties, or Kafka's default), and whether the two mean the same.
    Overrides that the manifest does not name are shown too, and topics that only the cluster has.

    \b
    Examples:
      reconciler explain orders.requests
      reconciler explain orders.requests -e prod -o json
      reconciler explain orders.requests --bootstrap-server kafka-1:9092 --all
      reconciler explain orders.requests --offline      without the cluster that the manifest names
    """
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help
    from reconciler.report.explain import json, text  # noqa: PLC0415 - likewise
    from reconciler.report.layout import TextStyle  # noqa: PLC0415 - likewise
    from reconciler.session.explaining import explain, explain_live  # noqa: PLC0415 - likewise
    from reconciler.session.looking import look  # noqa: PLC0415 - likewise

    limit = TimeLimit(cluster.timeout, deadline=cluster.deadline)
    today = Clock().now().date()
    desired = signals.wait_for(lambda: load(manifest.files, manifest.environment, os.environ, today=today))
    for warning in (*near_misses(os.environ), *desired.diagnostics):
        say(str(warning))
    settings = None if offline else named_cluster(desired, cluster)
    if settings is None:
        found = explain(topic, desired)
    else:
        control = Control(check=signals.check, clock=Clock(sleep=signals.sleep))
        try:
            with look(settings, limit, control, cluster_id=desired.cluster.id) as seen:
                found = explain_live(topic, desired, seen, all_keys=show_all)
        except ClusterUnavailable as error:
            raise ClusterUnavailable(*error.diagnostics, _OFFLINE) from None
    if output == "json":
        put_json(json.render(found))
    else:
        put(text.render(found, TextStyle(width=shutil.get_terminal_size((_COLUMNS_WITHOUT_TERMINAL, 0)).columns)))
    return OK
