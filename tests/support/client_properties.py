"""The properties of the librdkafka that is installed, as it lists them itself."""

from __future__ import annotations

import ctypes
import functools
import os
import tempfile

from confluent_kafka import cimpl


@functools.cache
def names_of_the_client() -> tuple[str, ...]:
    """Every property that can be set by a text."""
    library, libc = ctypes.CDLL(cimpl.__file__), ctypes.CDLL(None)
    libc.fdopen.restype = ctypes.c_void_p
    with tempfile.TemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
        library.rd_kafka_conf_properties_show(stream)
        libc.fclose(stream)
        file.seek(0)
        rows = (line.split("|") for line in file.read().decode().splitlines())
        names = [row[0].strip() for row in rows if len(row) > 1]
    return tuple(name for name in names if not name.endswith("_cb"))
