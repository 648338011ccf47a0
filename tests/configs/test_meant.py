"""The hints for wrong keys and values, and that following them works."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.configs import TOPIC_CONFIGS, canonical, expand, hint_for_key, hint_for_value
from reconciler.configs.synonyms import BROKER_SYNONYMS


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("log.retention.ms", "1000", "use retention.ms; log.retention.ms is a broker setting"),
        ("log.retention.hours", "24", "use retention.ms: 24h; log.retention.hours is a broker setting"),
        ("log.retention.hours", "-1", "use retention.ms: -1; log.retention.hours is a broker setting"),
        ("log.retention.minutes", "5", "use retention.ms: 5m; log.retention.minutes is a broker setting"),
        ("log.roll.hours", "a", "use segment.ms with a unit, such as 12h; log.roll.hours is a broker setting"),
        ("log.cleanup.policy", "compact", "use cleanup.policy; log.cleanup.policy is a broker setting"),
        ("message.max.bytes", "1", "use max.message.bytes; message.max.bytes is a broker setting"),
        (
            "num.partitions",
            "3",
            "write partitions: 3 next to config:, not inside it; num.partitions is a broker setting",
        ),
        ("replication.factor", "3", "write replication_factor: 3 next to config:, not inside it"),
        ("partitions", "3", "write partitions: 3 next to config:, not inside it"),
        ("partitions", "three", "write partitions: next to config:, not inside it"),
        ("partition_count", "3", "write partitions: 3 next to config:, not inside it"),
        ("numPartitions", "3", "write partitions: 3 next to config:, not inside it"),
        ("replication_count", "3", "write replication_factor: 3 next to config:, not inside it"),
        ("replicas", "3", "write replication_factor: 3 next to config:, not inside it"),
        ("replicationFactor", "3", "write replication_factor: 3 next to config:, not inside it"),
        ("owner", "team-a", "write owner: next to config:, not inside it"),
        ("env-key", "A", "write env_key: next to config:, not inside it"),
        ("retention.hours", "24", "use retention.ms: 24h"),
        ("retention.days", "7", "use retention.ms: 7d"),
        ("log.retention.days", "7", "use retention.ms: 7d"),
        ("segment.mb", "64", "use segment.bytes: 64MB"),
        ("log.segment.ms", "5", "did you mean segment.ms?"),
        ("retention_ms", "5", "did you mean retention.ms?"),
        ("retention.mss", "5", "did you mean retention.ms?"),
        ("retention", "5", "did you mean retention.ms or retention.bytes?"),
        ("compression", "zstd", "did you mean compression.type?"),
        ("minInsyncReplicas", "2", "did you mean min.insync.replicas?"),
        ("log.dirs", "/data", None),
        ("vendor.json", "{}", None),
    ],
)
def test_the_hint_for_a_key(key: str, value: str, hint: str | None) -> None:
    assert hint_for_key(key, value) == hint


@pytest.mark.parametrize(
    ("key", "text", "hint"),
    [
        ("retention.ms", "1 hour", "did you mean 1h?"),
        ("retention.ms", "7 days", "did you mean 7d?"),
        ("retention.ms", "7D", "did you mean 7d?"),
        ("retention.ms", "1 hour and 30 minutes", "did you mean 1h30m?"),
        ("retention.ms", "unlimited", "did you mean -1?"),
        ("segment.ms", "unlimited", None),
        ("retention.ms", "2 months", None),
        ("retention.ms", "5 megs", None),
        ("retention.ms", "9999999999999999 weeks", None),
        ("max.message.bytes", "5 megs", "did you mean 5MiB or 5MB?"),
        ("max.message.bytes", "5mib", "did you mean 5MiB?"),
        ("max.message.bytes", "2g", "did you mean 2GB?"),  # 2GiB are one byte too many
        ("compression.type", "ZSTD", "did you mean zstd?"),
        ("compression.type", "none", "did you mean uncompressed?"),
        ("compression.type", "snapy", "did you mean snappy?"),
        ("compression.type", "brotli", None),
        ("cleanup.policy", "none", "write delete, and retention.ms: -1 to keep records forever"),
        ("cleanup.policy", "Compact", "did you mean compact?"),
        ("cleanup.policy", "both", "did you mean compact,delete?"),
        ("message.timestamp.type", "logappendtime", "did you mean LogAppendTime?"),
        ("preallocate", "yes", "did you mean true?"),
        ("min.insync.replicas", "two", None),
    ],
)
def test_the_hint_for_a_value(key: str, text: str, hint: str | None) -> None:
    assert hint_for_value(key, text) == hint


WORDS = ["1 hour", "day", "3 days", "megs", "none", "ZSTD", "yes", "7", ".5 GB", "and", "or", "forever", "M", "null"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join) | st.text()


@settings(max_examples=20)
@given(text=TEXTS)
@example(text="null")
@example(text="")
@example(text="a or b")
@pytest.mark.parametrize("key", sorted(TOPIC_CONFIGS))
def test_a_hint_for_a_value_is_none_or_something_that_is_taken(key: str, text: str) -> None:
    hint = hint_for_value(key, text)
    if hint is not None and ", and" not in hint:
        for each in hint.removeprefix("did you mean ").removesuffix("?").split(" or "):
            assert each.strip() not in {"", text.strip()}
            canonical(key, expand(key, each))


@given(
    key=st.text(max_size=30) | st.sampled_from(["log.", "log.cleaner.", "ms", "_", "retention", "hours", "partition"])
)
@example(key="")
def test_a_hint_for_a_key_is_none_or_a_whole_sentence(key: str) -> None:
    hint = hint_for_key(key, "")
    assert hint is None or re.fullmatch(r"(use|write|did you mean) \S.*\S(?<! or\?)", hint)


@pytest.mark.parametrize("name", BROKER_SYNONYMS)
def test_every_synonym_is_one_of_a_key_or_count_and_no_key_itself(name: str) -> None:
    assert name not in TOPIC_CONFIGS
    assert BROKER_SYNONYMS[name].key in {*TOPIC_CONFIGS, "partitions", "replication_factor"}
