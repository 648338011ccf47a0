"""Options that commands share, a module for each concern, and the values that a command gets of them."""

from reconciler.cli.options.cluster import (
    BootstrapServer,
    ClusterOptions,
    ConnectionOptions,
    cluster_options,
    connection_options,
)
from reconciler.cli.options.kinds import Option, Repeatable
from reconciler.cli.options.logs import LogOptions, colour_option, log_options
from reconciler.cli.options.manifest import ManifestOptions, manifest_options, named_manifest_options
from reconciler.cli.options.output import OutputOptions, format_option, output_options, verbose_option, view_options
from reconciler.cli.options.permission import permission_options
from reconciler.cli.options.reassigning import ReassignOptions, reassign_options
from reconciler.cli.options.run import RetryOptions, only_option, retry_options
from reconciler.cli.options.saved_plan import SavedPlanOptions, saved_plan_options
from reconciler.cli.options.serve import ServeOptions, serve_options
from reconciler.cli.options.undo import undo_option

__all__ = [
    "BootstrapServer",
    "ClusterOptions",
    "ConnectionOptions",
    "LogOptions",
    "ManifestOptions",
    "Option",
    "OutputOptions",
    "ReassignOptions",
    "Repeatable",
    "RetryOptions",
    "SavedPlanOptions",
    "ServeOptions",
    "cluster_options",
    "colour_option",
    "connection_options",
    "format_option",
    "log_options",
    "manifest_options",
    "named_manifest_options",
    "only_option",
    "output_options",
    "permission_options",
    "reassign_options",
    "retry_options",
    "saved_plan_options",
    "serve_options",
    "undo_option",
    "verbose_option",
    "view_options",
]
