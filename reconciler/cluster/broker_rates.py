"""The rates that limit the copying of replicas (KIP-73): dynamic configs of each broker, in bytes per second.

Each broker answers for itself only, so there is a request for each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple, cast

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource, ResourceType

from reconciler.cluster.connection import Connection
from reconciler.cluster.failures import failure_of
from reconciler.model import KafkaFailure

RATES = ("leader.replication.throttled.rate", "follower.replication.throttled.rate")
_OWN = ConfigSource.DYNAMIC_BROKER_CONFIG.value
_ALTERING = "ALTER_CONFIGS on the cluster"


class ReadRates(NamedTuple):
    """The rates that brokers have of their own, by broker id and key, and why some could not be read."""

    rates: Mapping[int, Mapping[str, str]]
    failures: Mapping[int, KafkaFailure]


def read_rates(connection: Connection, brokers: Collection[int]) -> ReadRates:
    """The rates of ``brokers``. Raises ClusterUnavailable and DeadlinePassed."""
    resources = {broker: ConfigResource(ResourceType.BROKER, str(broker)) for broker in sorted(brokers)}
    seconds = connection.read_timeout()
    answers = _asked(
        connection,
        "describe_configs",
        resources,
        lambda resource: connection.admin.describe_configs([resource], request_timeout=seconds),
    )
    errors = connection.errors(answers, seconds, api="describe_configs")
    return ReadRates(
        {broker: _own_rates(answers[broker].result()) for broker, error in errors.items() if error is None},
        _failures(connection, errors),
    )


def write_rates(connection: Connection, changes: Mapping[int, Mapping[str, str | None]]) -> Mapping[int, KafkaFailure]:
    """Set the rates of each broker, or remove those that are ``None``; why that failed, by broker id."""
    resources = {
        broker: ConfigResource(
            ResourceType.BROKER,
            str(broker),
            incremental_configs=[_change(key, value) for key, value in sorted(rates.items())],
        )
        for broker, rates in sorted(changes.items())
        if rates
    }
    seconds = connection.write_timeout()
    answers = _asked(
        connection,
        "incremental_alter_configs",
        resources,
        lambda resource: connection.admin.incremental_alter_configs([resource], request_timeout=seconds),
    )
    return _failures(connection, connection.errors(answers, seconds, api="incremental_alter_configs"))


def _asked(
    connection: Connection,
    api: str,
    resources: Mapping[int, ConfigResource],
    ask: Callable[[ConfigResource], Mapping[ConfigResource, Future[Any]]],
) -> Mapping[int, Future[Any]]:
    connection.requests[api] += len(resources)
    return {broker: ask(resource)[resource] for broker, resource in resources.items()}


def _own_rates(entries: Mapping[str, Any]) -> Mapping[str, str]:
    found = {key: entries[key] for key in RATES if key in entries}
    return {key: entry.value for key, entry in found.items() if cast(int, entry.source) == _OWN and entry.value}


def _failures(connection: Connection, errors: Mapping[int, BaseException | None]) -> Mapping[int, KafkaFailure]:
    return {
        broker: connection.diagnosis.explained(failure_of(error, permission=_ALTERING))
        for broker, error in errors.items()
        if error is not None
    }


def _change(key: str, value: str | None) -> ConfigEntry:
    operation = AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE
    return ConfigEntry(key, value or "", incremental_operation=operation)
