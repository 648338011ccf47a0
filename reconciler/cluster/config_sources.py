"""Where the values of a topic's config are from, as the broker tells it (KIP-226)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from confluent_kafka.admin import ConfigEntry, ConfigSource

from reconciler.model import LiveLayer, LiveSource

_LAYERS = {
    ConfigSource.DYNAMIC_TOPIC_CONFIG.value: LiveLayer.TOPIC,
    ConfigSource.DYNAMIC_BROKER_CONFIG.value: LiveLayer.DYNAMIC_BROKER,
    ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.value: LiveLayer.DYNAMIC_DEFAULT,
    ConfigSource.STATIC_BROKER_CONFIG.value: LiveLayer.STATIC_BROKER,
    ConfigSource.DEFAULT_CONFIG.value: LiveLayer.DEFAULT,
}


def sources_of(entries: Mapping[str, ConfigEntry]) -> Mapping[str, LiveSource]:
    """The layer of each value, and the key that has it there: brokers call ``retention.ms`` ``log.retention.hours``."""
    return {key: _source(key, entry) for key, entry in entries.items()}


def _source(key: str, entry: ConfigEntry) -> LiveSource:
    layer = _LAYERS.get(cast(int, entry.source), LiveLayer.UNKNOWN)  # the binding says it is text
    # The first of the synonyms counts. Of several with one name the binding keeps the place of the first, and the
    # source of the last, which is therefore of no use.
    return LiveSource(layer, next(iter(entry.synonyms or {}), key))
