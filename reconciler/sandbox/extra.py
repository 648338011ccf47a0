"""Packages of the extra ``[sandbox]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import SandboxError
from reconciler.extras import not_installed

Result = TypeVar("Result")


def from_extra(get: Callable[[], Result]) -> Result:
    """What ``get`` returns. Raises SandboxError where it needs a package that is not installed."""
    try:
        return get()
    except ModuleNotFoundError as error:
        raise SandboxError(not_installed("sandbox", "the sandbox", error)) from error
