"""Packages of the extra ``[sandbox]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import SandboxError

Result = TypeVar("Result")


def from_extra(get: Callable[[], Result]) -> Result:
    """What ``get`` returns. Raises SandboxError where it needs a package that is not installed."""
    try:
        return get()
    except ModuleNotFoundError as error:
        raise SandboxError.because(
            "no-extra",
            f"the sandbox needs the package {error.name}",
            hint="install it: pip install 'kafka-topic-reconciler[sandbox]'",
        ) from error
