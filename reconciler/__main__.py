"""The process ``reconciler``, which is also ``python -m reconciler``: signals are heeded before much is loaded."""

from __future__ import annotations

from reconciler.cli.signals import Signals

TYPE_CHECKING = False
if TYPE_CHECKING:  # as there
    from typing import NoReturn


def run() -> NoReturn:
    """Run the command that the arguments of this process name."""
    signals = Signals()
    signals.listen()
    from reconciler.cli.main import run as run_command  # noqa: PLC0415 - click and all that takes longer

    run_command(signals=signals)


if __name__ == "__main__":
    run()
