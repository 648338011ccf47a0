"""Values and their sources in the words of a table."""

from __future__ import annotations

import json

from reconciler.configs.units import with_units
from reconciler.model import LiveLayer, LiveSource
from reconciler.plan.diff import COUNTS
from reconciler.plan.explained import LiveValue, Setting, Standing, Value

_LAYERS = {
    LiveLayer.TOPIC: "topic",
    LiveLayer.DYNAMIC_BROKER: "dynamic broker config",
    LiveLayer.DYNAMIC_DEFAULT: "dynamic default of all brokers",
    LiveLayer.STATIC_BROKER: "static broker config",
    LiveLayer.DEFAULT: "default of Kafka",
    LiveLayer.UNKNOWN: "unknown",
}
_HIDDEN = "(not shown)"


def manifest_cell(setting: Setting) -> tuple[str, str]:
    """The value that the manifest wants, and its layer and place; empty where the manifest sets nothing."""
    if setting.source is None:
        return plain(None) if setting.field in COUNTS else "", ""
    return _readable(setting.field, setting.value), f"{setting.source.layer}  {place(setting)}"


def live_cell(setting: Setting) -> tuple[str, str]:
    """The value on the cluster, and what sets it."""
    live = setting.live
    if live is None:
        return "", ""
    if live.brokers is not None:
        values = (f"{_live(setting.field, value)} on broker {node}" for node, value in live.brokers.items())
        return ", ".join(values), "brokers differ"
    return _live(setting.field, live.value), _set_by(setting, live)


def plain(value: Value) -> str:
    """``value`` as a manifest writes it, without a unit."""
    match value:
        case None:
            return "(broker default)"
        case bool():
            return str(value).lower()
        case list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def place(setting: Setting) -> str:
    """Where the manifest sets the value; empty where it does not."""
    return str(setting.source.origin) if setting.source is not None else ""


def _live(field: str, value: int | str | None) -> str:
    return _HIDDEN if value is None else _readable(field, value) or "(empty)"


def _readable(field: str, value: Value) -> str:
    return with_units(field.removeprefix("config."), value) if isinstance(value, str) else plain(value)


def _set_by(setting: Setting, live: LiveValue) -> str:
    if live.source is None:
        return ""
    return "topic, kept by the policy" if setting.standing is Standing.KEPT else _source(setting, live.source)


def _source(setting: Setting, source: LiveSource) -> str:
    """The layer, and the key where brokers call it something else."""
    words = _LAYERS[source.layer]
    is_other = source.key != setting.field.removeprefix("config.") and source.layer is not LiveLayer.DEFAULT
    return f"{words} {source.key}" if is_other else words
