"""Settings that brokers do not take together where a topic has tiered storage (``LogConfig.validateRemote*``)."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic
from reconciler.manifest.problems import error
from reconciler.model import TopicSpec

_UNLIMITED, _AS_TOTAL = -1, -2


def tiered_storage(topic: TopicSpec) -> Iterator[Diagnostic]:
    """What is wrong with ``topic``, as far as it sets both of what conflicts."""
    if topic.config.get("remote.storage.enable") != "true":
        return
    policy = topic.config.get("cleanup.policy", "delete")
    if "compact" in policy:
        message = f"remote.storage.enable does not work with cleanup.policy: {policy}"
        yield error(
            topic, "remote-storage", message, "set cleanup.policy: delete", field="config.remote.storage.enable"
        )
    for end in ("ms", "bytes"):
        yield from _local_retention(topic, end)


def _local_retention(topic: TopicSpec, end: str) -> Iterator[Diagnostic]:
    local, total = (_number(topic, f"{prefix}retention.{end}") for prefix in ("local.", ""))
    if local is None or total is None or local == _AS_TOTAL:
        return
    limit = f"retention.{end} ({total})"
    if total != _UNLIMITED and (local == _UNLIMITED or local > total):
        problem, most = f"is above {limit}", f"at most {total}"
    elif local != total and topic.config.get("remote.log.copy.disable") == "true":
        problem, most = f"differs from {limit}, but remote.log.copy.disable is true", f"{total}"
    else:
        return
    shown = "-1, unlimited" if local == _UNLIMITED else local
    message = f"local.retention.{end} ({shown}) {problem}"
    hint = f"set local.retention.{end} to {most}, or to -2 to use retention.{end}"
    yield error(topic, "local-retention", message, hint, field=f"config.local.retention.{end}")


def _number(topic: TopicSpec, key: str) -> int | None:
    text = topic.config.get(key)
    return int(text) if text is not None else None
