"""What people are told about throttles of replicas."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.errors import Diagnostic, Severity
from reconciler.model import KafkaFailure
from reconciler.printable import quoted

_LISTED = 5


def removed(topics: Collection[str], rates: Collection[str]) -> Diagnostic:
    """The throttle of an earlier run is gone; ``rates`` are what brokers had, in bytes per second."""
    speed = f" ({', '.join(sorted(rates))} bytes/s)" if rates else ""
    return Diagnostic(
        severity=Severity.INFO,
        code="throttle-removed",
        message=f"removed the replication throttle{speed} that an earlier reassignment left on {_these(topics)}",
    )


def kept(topics: Collection[str], why: str, todo: str) -> Diagnostic:
    """The throttle stays for now."""
    return _left(f"the replication throttle of {_these(topics)} stays: {why}", todo)


def not_removed(topics: Collection[str], failures: Mapping[str, KafkaFailure]) -> Diagnostic:
    """The throttle stays because requests failed, each by what it was for: a broker or a topic."""
    where, failure = next(iter(failures.items()))
    return _left(
        f"cannot remove the replication throttle of {_these(topics)}: {where}: {failure.name}: {failure.message}",
        failure.remedy,
    )


def brokers_down(topics: Collection[str], brokers: Collection[int]) -> Diagnostic:
    """A rate can only be removed from a broker that is alive."""
    names = f"broker {', '.join(map(str, sorted(brokers)))}"
    return _left(
        f"the replication throttle of {_these(topics)} stays: {names} cannot be asked for its rate",
        "start the broker and run apply again; for one that is gone for good, remove "
        "leader.replication.throttled.replicas and follower.replication.throttled.replicas of the topics "
        "with kafka-configs.sh",
    )


def of_others(broker: int, key: str, rate: str) -> Diagnostic:
    """A broker has a rate already that no earlier run of ours set."""
    return Diagnostic(
        severity=Severity.WARNING,
        code="throttle-of-others",
        message=f"broker {broker} already has {key}={rate}, so that rate counts there",
        hint="another tool or person set it; it is not changed, and not removed afterwards",
    )


def _left(message: str, todo: str) -> Diagnostic:
    return Diagnostic(severity=Severity.WARNING, code="throttle-kept", message=message, hint=todo)


def _these(topics: Collection[str]) -> str:
    names = sorted(topics)
    first = ", ".join(map(quoted, names[:_LISTED]))
    more = f" and {len(names) - _LISTED:,} more topics" if len(names) > _LISTED else ""
    return f"{first}{more}"
