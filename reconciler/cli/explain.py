"""``reconciler explain``"""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from typing import Any

import click

from reconciler.cli import suggest
from reconciler.cli.options import ManifestOptions, format_option, manifest_options, verbose_option
from reconciler.cli.signals import Signals
from reconciler.cli.streams import put, put_json, say
from reconciler.cli.variables import near_misses
from reconciler.clock import Clock
from reconciler.errors import Location, ReconcilerError, Variable
from reconciler.exit_codes import OK
from reconciler.model import Consent, Source, TopicSpec
from reconciler.printable import escaped, escaped_json, quoted


@click.command("explain")
@click.argument("topic", shell_complete=suggest.topics)
@manifest_options
@format_option("text", "json")
@verbose_option
@click.pass_obj
def command(signals: Signals, *, topic: str, manifest: ManifestOptions, output: str) -> int:
    """Show every value of TOPIC, the layer that set it, and where.

    \b
    Examples:
      reconciler explain orders.requests
      reconciler explain orders.requests -e prod -o json
    """
    from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

    today = Clock().now().date()
    desired = signals.wait_for(lambda: load(manifest.files, manifest.environment, os.environ, today=today))
    for warning in (*near_misses(os.environ), *desired.diagnostics):
        say(str(warning))
    specs = {spec.name: spec for spec in desired.topics}
    if topic not in specs:
        close = get_close_matches(topic, specs, n=1)
        hint = f"did you mean {quoted(close[0])}?" if close else f"topics in the manifest: {len(specs)}"
        raise ReconcilerError.because("no-such-topic", f"the manifest has no topic {quoted(topic)}", hint=hint)
    values = _values(specs[topic])
    if output == "json":
        put_json(escaped_json(json.dumps({"topic": topic, "values": values}, indent=2)) + "\n")
    else:
        put(_table(specs[topic], values) + "\n")
    return OK


def _values(topic: TopicSpec) -> list[dict[str, Any]]:
    """Field, value, layer and origin of every setting of the topic, in a stable order."""
    fields: dict[str, int | str | bool | list[Any] | None] = {
        "partitions": topic.partitions,
        "replication_factor": topic.replication_factor,
        **{field: topic.config.get(field.removeprefix("config.")) for field in _config_fields(topic)},
        "owner": topic.owner,
        "description": topic.description,
        **{f"labels.{key}": value for key, value in topic.labels.items()},
        **{field: value for field, value in _risks(topic).items() if field in topic.sources},
    }
    return [
        {"field": field, "value": value, **_source(topic.sources.get(field))}
        for field, value in fields.items()
        if value is not None or field in topic.sources or field in {"partitions", "replication_factor"}
    ]


def _risks(topic: TopicSpec) -> dict[str, str | bool | list[Any]]:
    """What decides about risky changes of the topic."""
    return {
        "allow": [_consent(consent) for consent in topic.allow],
        "protected": topic.is_protected,
        "state": "absent" if topic.is_absent else "present",
    }


def _consent(consent: Consent) -> str | dict[str, Any]:
    """A consent as a manifest writes it."""
    limits = {"up_to": consent.up_to, "until": consent.until and str(consent.until), "reason": consent.reason}
    given = {key: value for key, value in limits.items() if value is not None}
    return {"kind": consent.kind, **given} if given else consent.kind


def _text(value: int | str | bool | list[Any] | None) -> str:
    match value:
        case None:
            return "(broker default)"
        case bool():
            return str(value).lower()
        case list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _config_fields(topic: TopicSpec) -> list[str]:
    """The config keys that the manifest sets or removes, as ``config.<key>``."""
    return sorted({f"config.{key}" for key in topic.config} | {each for each in topic.sources if "config." in each[:7]})


def _source(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"layer": "broker", "origin": None}
    match source.origin:
        case Variable(name):
            return {"layer": source.layer, "origin": {"variable": name}}
        case Location() as place:
            return {"layer": source.layer, "origin": place._asdict()}


def _table(topic: TopicSpec, values: list[dict[str, Any]]) -> str:
    rows = [
        tuple(
            map(
                escaped,
                (each["field"], _text(each["value"]), each["layer"]),
            )
        )
        for each in values
    ]
    places = [
        escaped(str(topic.sources[each["field"]].origin)) if each["field"] in topic.sources else "" for each in values
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), place]).rstrip()
        for row, place in zip(rows, places, strict=True)
    ]
    return "\n".join([escaped(f"{topic.name}  {topic.origin}"), "", *lines])
