"""The command with one of its means to be quick taken away, to show what each gains.

``python -m benchmarks.variants plain-binding|nothing-early ARGUMENTS`` is ``reconciler ARGUMENTS``.
"""

from __future__ import annotations

import sys

from reconciler.cli.main import run
from reconciler.cluster import configs_librdkafka
from reconciler.cluster.connection import Connection

VARIANTS = {
    "by the plain binding": (sys.executable, "-m", "benchmarks.variants", "plain-binding"),
    "connecting only after parsing": (sys.executable, "-m", "benchmarks.variants", "nothing-early"),
}


def ask_nothing(_connection: Connection) -> None:
    """Leave the request for metadata to the moment that its answer is needed."""


if __name__ == "__main__":
    if sys.argv[1] == "plain-binding":
        configs_librdkafka.is_available = lambda: False  # the one thing that this variant lacks
    else:
        Connection.ask_early = ask_nothing  # type: ignore[method-assign, assignment]  # likewise
    run(sys.argv[2:])
