"""Rates on the command line: ``50MB``, ``10MiB/s``; a number alone is in bytes per second."""

from __future__ import annotations

from typing import Any

import click

from reconciler.printable import quoted

_PER_SECOND = "/s"
_LARGEST = 2**63 - 1
"""Kafka keeps rates as 64-bit numbers."""


class ByteRate(click.ParamType[int]):
    """A rate in bytes per second, at least 1."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """``value`` in bytes per second. Raises BadParameter where it is not a rate."""
        from reconciler.configs.canonical import InvalidValue  # noqa: PLC0415 - not needed for --help
        from reconciler.configs.spelling import expand  # noqa: PLC0415 - likewise

        text = str(value).strip()
        try:
            number = expand("rate.bytes", text.removesuffix(_PER_SECOND))
        except InvalidValue as error:
            self.fail(f"{quoted(text)} {error}", param, ctx)
        if not (number.isascii() and number.isdecimal()):
            self.fail(f"{quoted(text)} is not a rate; write 50MB, 10MiB, or a number of bytes per second", param, ctx)
        if not 1 <= int(number) <= _LARGEST:
            self.fail(f"{quoted(text)} is not from 1 to {_LARGEST} bytes per second", param, ctx)
        return int(number)
