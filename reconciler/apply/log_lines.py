"""What an apply logs: one line an attempt at debug, one line a topic at info."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from reconciler.model import Attempt, KafkaFailure, Outcome, TopicStatus


def log_attempt(log: logging.Logger, topic: str, attempt: Attempt) -> None:
    """One request as far as it concerns one topic."""
    if not log.isEnabledFor(logging.DEBUG):
        return
    log.debug(
        "%s: %s, attempt %d, %.3f s: %s",
        topic,
        attempt.operation,
        attempt.number,
        attempt.duration_seconds,
        _words(attempt.failure),
        extra={
            "topic": topic,
            "operation": attempt.operation,
            "attempt": attempt.number,
            "duration_seconds": attempt.duration_seconds,
            **_fields(attempt.failure),
        },
    )


def log_outcomes(log: logging.Logger, outcomes: Iterable[Outcome]) -> None:
    """What came of every topic that was to be changed."""
    if not log.isEnabledFor(logging.INFO):
        return
    for outcome in outcomes:
        if outcome.status is not TopicStatus.UNCHANGED:
            status = outcome.status.replace("_", " ")
            words = f": {_words(outcome.failure)}" if outcome.failure else ""
            if outcome.status is TopicStatus.APPLIED and not outcome.attempts:
                words = ": found done, by someone else"
            extra = {"topic": outcome.name, "status": outcome.status, **_fields(outcome.failure)}
            if outcome.refusal is not None and outcome.failure is None:
                words = f": {outcome.refusal.reason}"
                extra |= {"refusal": outcome.refusal.kind, "remedy": outcome.refusal.way_out}
            log.info("%s: %s%s", outcome.name, status, words, extra=extra)


def _words(failure: KafkaFailure | None) -> str:
    return f"{failure.name} ({failure.error_class}): {failure.message}" if failure else "accepted"


def _fields(failure: KafkaFailure | None) -> dict[str, object]:
    if failure is None:
        return {"error": None}
    return {"error": failure.name, "class": failure.error_class, "remedy": failure.remedy}
