"""Options that commands share, a module for each concern, and the values that a command gets of them."""

from reconciler.cli.options.cluster import BootstrapServer, ClusterOptions, cluster_options
from reconciler.cli.options.kinds import Option, Repeatable
from reconciler.cli.options.manifest import ManifestOptions, manifest_options
from reconciler.cli.options.output import OutputOptions, format_option, output_options, verbose_option
from reconciler.cli.options.permission import permission_options
from reconciler.cli.options.run import RetryOptions, only_option, retry_options

__all__ = [
    "BootstrapServer",
    "ClusterOptions",
    "ManifestOptions",
    "Option",
    "OutputOptions",
    "Repeatable",
    "RetryOptions",
    "cluster_options",
    "format_option",
    "manifest_options",
    "only_option",
    "output_options",
    "permission_options",
    "retry_options",
    "verbose_option",
]
