"""Messages about groups of newer protocols, made of schemas of ours: held against classes made of Kafka's own."""

from __future__ import annotations

import io
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from kafka.protocol.api_header import ResponseClassRegistry
from kio.index import load_request_schema, load_response_schema
from kio.schema.errors import ErrorCode
from kio.serial import entity_writer

from reconciler.cluster import newer_groups

SPOKEN = {
    (77, 1): newer_groups.ShareGroupDescribeRequest,
    (89, 0): newer_groups.StreamsGroupDescribeRequest,
    (90, 0): newer_groups.DescribeShareGroupOffsetsRequest,
}
PLAIN = {
    bool: True,
    ErrorCode: ErrorCode.group_id_not_found,
    timedelta: timedelta(milliseconds=9),
    UUID: UUID(int=5),
    str: "name",
    int: 7,
}
"""A value of each type; the first that fits counts."""


def filled(kind: Any, *, nulls: bool) -> Any:
    """A value of ``kind``, with two items in every list; with ``nulls``, nothing where there may be nothing."""
    if is_dataclass(kind):
        make: Any = kind
        types = get_type_hints(kind)
        return make(**{field.name: filled(types[field.name], nulls=nulls) for field in fields(kind)})
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0], nulls=nulls),) * 2
    if type(None) in get_args(kind):
        return None if nulls else filled(get_args(kind)[0], nulls=nulls)
    return next(value for plain, value in PLAIN.items() if issubclass(kind, plain))


def written(message: Any) -> bytes:
    buffer = io.BytesIO()
    entity_writer(type(message))(buffer, message)
    return buffer.getvalue()


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize(("key", "version"), SPOKEN)
def test_requests_and_responses_are_those_of_kafka(key: int, version: int, nulls: bool) -> None:
    response = ResponseClassRegistry._response_class_registry[key]
    for ours, theirs in (
        (SPOKEN[key, version], load_request_schema(key, version)),
        (response, load_response_schema(key, version)),
    ):
        message = written(filled(theirs, nulls=nulls))
        read = ours.decode(message, version=version)
        read.with_header()  # without one, it is not written
        assert bytes(read.encode()) == message
