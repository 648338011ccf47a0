"""The version of the installed distribution, the only place that knows its name."""

from importlib.metadata import version as distribution_version


def version() -> str:
    """The version as installed, for example ``0.1.0``."""
    return distribution_version("kafka-topic-reconciler")
