"""A client that cannot change anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from confluent_kafka.admin import AdminClient

_READS = frozenset(
    {
        "cluster_id",
        "describe_acls",
        "describe_cluster",
        "describe_configs",
        "describe_consumer_groups",
        "describe_topics",
        "describe_user_scram_credentials",
        "list_consumer_group_offsets",
        "list_consumer_groups",
        "list_groups",
        "list_offsets",
        "list_topics",
        "poll",
        "set_sasl_credentials",
    }
)
_CHECKED = frozenset({"alter_configs", "create_partitions", "create_topics", "incremental_alter_configs"})
"""Requests that brokers only validate when ``validate_only`` is set."""


class WriteRefused(Exception):
    """A write through a client that only reads: a defect of the caller."""


class ReadingClient(AdminClient):
    """An ``AdminClient`` whose requests change nothing.

    Every other method raises WriteRefused, including those that later versions of the client add.
    """


def _checking(name: str) -> Callable[..., Any]:
    def ask(client: AdminClient, *arguments: Any, **options: Any) -> Any:
        if options.get("validate_only") is not True:
            raise WriteRefused(name)
        return getattr(super(ReadingClient, client), name)(*arguments, **options)

    return ask


def _refused(name: str) -> Callable[..., Any]:
    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise WriteRefused(name)

    return refuse


class OnlyReads:
    """A client of the caller, through which nothing can be changed: as ReadingClient, around a client that exists."""

    def __init__(self, client: AdminClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        """The method ``name`` of the client. Raises WriteRefused when called, unless it only reads or validates."""
        if name in _READS:
            return getattr(self._client, name)
        if name in _CHECKED:
            return partial(self._check, name)
        return _refused(name)

    def _check(self, name: str, *arguments: Any, **options: Any) -> Any:
        if options.get("validate_only") is not True:
            raise WriteRefused(name)
        return getattr(self._client, name)(*arguments, **options)


for _name in dir(AdminClient):
    if not _name.startswith("_") and _name not in _READS:
        setattr(ReadingClient, _name, _checking(_name) if _name in _CHECKED else _refused(_name))
