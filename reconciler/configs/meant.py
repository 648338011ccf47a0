"""What was probably meant by an unknown config key, or by a value that Kafka would reject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from reconciler.configs.canonical import InvalidValue, canonical
from reconciler.configs.spelling import expand
from reconciler.configs.synonyms import BROKER_SYNONYMS
from reconciler.configs.table import TOPIC_CONFIGS, ValueType

_BESIDE: Mapping[str, tuple[str, ...]] = {
    "partitions": ("partition", "partitioncount", "partitionscount", "numpartitions", "numberofpartitions"),
    "replication_factor": ("replication", "replicas", "replicationcount", "replicacount", "numreplicas", "rf"),
    "owner": ("owners", "team"),
    "description": (),
    "labels": ("label",),
    "profile": (),
    "env_key": (),
    "allow": (),
    "protected": (),
    "state": (),
}
"""Settings of a topic that are not Kafka configs, with other names that people use for them."""
_UNITS_OF_TIME: Mapping[str, tuple[str, ...]] = {
    "ms": ("ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "wk", "wks", "week", "weeks"),
}
_UNITS_OF_SIZE: Mapping[str, tuple[str, ...]] = {
    "B": ("b", "byte", "bytes"),
    "kB": ("kb", "kilobyte", "kilobytes"),
    "MB": ("mb", "megabyte", "megabytes"),
    "GB": ("gb", "gigabyte", "gigabytes"),
    "TB": ("tb", "terabyte", "terabytes"),
    "KiB": ("kib", "kibibyte", "kibibytes"),
    "MiB": ("mib", "mebibyte", "mebibytes"),
    "GiB": ("gib", "gibibyte", "gibibytes"),
    "TiB": ("tib", "tebibyte", "tebibytes"),
    # Ambiguous: the hint offers both.
    "KiB kB": ("k", "kilo", "kilos"),
    "MiB MB": ("m", "meg", "megs"),
    "GiB GB": ("g", "gig", "gigs"),
    "TiB TB": ("t", "tera", "teras"),
}
_WITHOUT_END = ("unlimited", "infinite", "infinity", "inf", ".inf", "forever", "never", "none", "no limit")
_WORDS: Mapping[ValueType, Mapping[str, tuple[str, ...]]] = {
    ValueType.BOOLEAN: {
        "true": ("yes", "y", "on", "1", "enable", "enabled"),
        "false": ("no", "n", "off", "0", "disable", "disabled"),
    },
    ValueType.ENUM: {"uncompressed": ("none", "no", "off", "false"), "gzip": ("gz",), "zstd": ("zstandard",)},
    ValueType.SET: {"compact": ("compaction",), "delete": ("deletion",), "compact,delete": ("both", "compact delete")},
}
_SENTENCES = {("cleanup.policy", "none"): "write delete, and retention.ms: -1 to keep records forever"}
_NUMBER_AND_WORD = re.compile(r"(\d{1,19}(?:\.\d{1,9})?)[\s_-]*([a-z]+)")


def hint_for_key(key: str, value: str) -> str | None:
    """What to write instead of the unknown ``key`` with ``value``; ``None`` if no known key is similar."""
    if key in BROKER_SYNONYMS:
        other, unit = BROKER_SYNONYMS[key]
        verb = "use" if other in TOPIC_CONFIGS else "write"
        return f"{verb} {_setting(other, unit, value)}; {key} is a broker setting"
    beside = hint_for_setting(key, value)
    if beside is not None:
        return beside
    plain = re.sub(r"[_-]", ".", re.sub(r"^log\.(cleaner\.)?", "", key)).lower()
    return _hint_for_unit(plain, value) or _hint_for_similar(plain)


def hint_for_setting(key: str, value: str) -> str | None:
    """Where to write ``key`` if it is a setting of the topic, such as partitions; ``None`` if it is not."""
    setting = setting_meant(key)
    return f"write {_beside(setting, value)}" if setting is not None else None


def setting_meant(key: str) -> str | None:
    """The setting of a topic, such as ``replication_factor``, that ``key`` probably means."""
    plain = re.sub(r"[^a-z]", "", key.lower())
    for setting, names in _BESIDE.items():
        if plain == setting.replace("_", "") or plain in names:
            return setting
    return None


def _beside(setting: str, value: str) -> str:
    shown = f"{setting}: {value}" if value.isdecimal() and len(value) <= _MAX_DIGITS else f"{setting}:"
    return f"{shown} next to config:, not inside it"


_MAX_DIGITS = 10


def _setting(key: str, unit: str, value: str) -> str:
    """``key`` and ``value`` with its unit, as they would be written."""
    if key not in TOPIC_CONFIGS:
        return _beside(key, value)
    if not unit or value == "-1":
        return f"{key}: {value}" if unit else key
    return f"{key}: {value}{unit}" if value.isdecimal() else f"{key} with a unit, such as 12{unit}"


def _hint_for_unit(key: str, value: str) -> str | None:
    """The hint for ``retention.hours`` or ``max.message.mb``: Kafka's keys are in milliseconds and bytes."""
    base, _, word = key.rpartition(".")
    for end, units in ((".ms", _UNITS_OF_TIME), (".bytes", _UNITS_OF_SIZE)):
        unit = _unit(word, units)
        if unit and f"{base}{end}" in TOPIC_CONFIGS and key not in TOPIC_CONFIGS:
            return f"use {_setting(base + end, unit.split()[0], value)}"
    return None


def _hint_for_similar(key: str) -> str | None:
    ends = [f"{key}{end}" for end in (".ms", ".bytes") if f"{key}{end}" in TOPIC_CONFIGS]
    close = ends or get_close_matches(key, TOPIC_CONFIGS, n=1, cutoff=0.7)
    return f"did you mean {' or '.join(close)}?" if close else None


def hint_for_value(key: str, text: str) -> str | None:
    """What to write as the value of ``key`` instead of the invalid ``text``; ``None`` if unknown."""
    if _is_taken(key, text):
        return None
    word = text.strip().lower()
    if (key, word) in _SENTENCES:
        return _SENTENCES[key, word]
    meant = [each for each in _meant(key, word).split(" or ") if each and _is_taken(key, each)]
    return f"did you mean {' or '.join(meant)}?" if meant else None


def _is_taken(key: str, text: str) -> bool:
    try:
        canonical(key, expand(key, text))
    except InvalidValue:
        return False
    return True


def _meant(key: str, word: str) -> str:
    """One or several spellings with ``or`` between them; if unknown, empty or another invalid text."""
    config = TOPIC_CONFIGS[key]
    for choice, spellings in _WORDS.get(config.type, {}).items():
        if word in spellings and (not config.choices or set(choice.split(",")) <= set(config.choices)):
            return choice
    if config.choices:
        close = get_close_matches(word, [choice.lower() for choice in config.choices], n=1)
        return next((choice for choice in config.choices if [choice.lower()] == close), "")
    if "retention" in key and word in _WITHOUT_END:
        return "-1"
    units = _UNITS_OF_TIME if key.endswith(".ms") else _UNITS_OF_SIZE if key.endswith(".bytes") else {}
    return _amount(word, units)


def _amount(word: str, units: Mapping[str, Iterable[str]]) -> str:
    """``1 hour 30 minutes`` as ``1h30m``, ``5 megs`` as ``5MiB or 5MB``."""
    parts = [(number, _unit(unit, units)) for number, unit in _NUMBER_AND_WORD.findall(word)]
    between = re.sub(r"[\s,]|and", "", _NUMBER_AND_WORD.sub("", word))
    if between or not all(unit for _, unit in parts):
        return ""
    if len(parts) == 1:
        ((number, unit),) = parts
        return " or ".join(f"{number}{each}" for each in unit.split())
    return "".join(f"{number}{unit}" for number, unit in parts)


def _unit(word: str, units: Mapping[str, Iterable[str]]) -> str:
    """The unit that ``word`` means, two units if it may mean either, or an empty text."""
    return next((unit for unit, spellings in units.items() if word in spellings), "")
