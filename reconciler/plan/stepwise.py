"""Changes that some brokers make only in steps."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import FieldChange, Refusal

_INVALID_CONFIG = 40
_STEPS = (
    "if the service makes this change only in steps, write cleanup.policy: compact and apply, "
    "then write [compact, delete] and apply again; compaction removes records without a key"
)


def with_steps(change: FieldChange, refusal: Refusal) -> Refusal:
    """What the broker objects to ``change``, with the steps that some brokers make it in.

    Apache Kafka changes ``delete`` to ``compact,delete`` at once, Confluent Cloud through ``compact``
    (https://docs.confluent.io/cloud/current/topics/manage.html).
    """
    is_refused_value = refusal.failure is not None and refusal.failure.code == _INVALID_CONFIG
    if is_refused_value and change.config_key == "cleanup.policy" and _has_both(change.after):
        return replace(refusal, way_out=_STEPS) if change.before == "delete" else refusal
    return refusal


def _has_both(value: int | str | None) -> bool:
    return value is not None and {*str(value).split(",")} == {"compact", "delete"}
