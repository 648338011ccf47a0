"""How topics are created: the arguments of a program, or else the ``KAFKA_TOPIC_…`` variables, or else the defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.configs.durations import NOT_A_DURATION, seconds
from reconciler.errors import Diagnostic, Severity, Variable, WrongUsage
from reconciler.printable import quoted

AUTO_CREATE = "KAFKA_TOPIC_AUTO_CREATE"
TIMEOUT = "KAFKA_TOPIC_CREATION_TIMEOUT"
RETRIES = "KAFKA_TOPIC_CREATION_RETRIES"
RETRY_DELAY = "KAFKA_TOPIC_CREATION_RETRY_DELAY"

_TRUTH = {
    **dict.fromkeys(("true", "1", "yes", "y", "on", "t"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "f"), False),
}
_LONGEST_SECONDS = 3600.0
_MOST_RETRIES = 100
SETTINGS = (AUTO_CREATE, TIMEOUT, RETRIES, RETRY_DELAY)
"""Names of the variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationSettings:
    """Whether missing topics are created, and how long and how often that is tried; times are in seconds."""

    auto_create: bool = True
    timeout: float = 30.0
    """The longest that a step may go without progress."""
    retries: int = 3
    retry_delay: float = 1.0
    """The longest pause before the first retry."""


class _Wrong(ValueError):
    """What is wrong with a value."""


def creation_settings(
    environ: Mapping[str, str],
    *,
    auto_create: bool | None = None,
    timeout: float | None = None,
    retries: int | None = None,
    retry_delay: float | None = None,
) -> CreationSettings:
    """Each setting from its argument, or else from its variable. A blank variable counts as not set.

    Raises WrongUsage with every wrong value, by the name of its variable, and ValueError for a wrong argument.
    """
    default = CreationSettings()
    values: dict[str, bool | float | int] = {}
    problems: list[Diagnostic] = []
    given = {"auto_create": auto_create, "timeout": timeout, "retries": retries, "retry_delay": retry_delay}
    for field, (variable, read) in _READ_BY.items():
        argument, text = given[field], environ.get(variable, "").strip()
        try:
            if argument is not None:
                values[field] = read(str(argument))
            elif text:
                values[field] = read(text)
        except _Wrong as wrong:
            if argument is not None:
                raise ValueError(f"{field}: {wrong}") from None
            problems.append(_problem(variable, wrong))
    if problems:
        raise WrongUsage(*problems)
    return CreationSettings(
        auto_create=bool(values.get("auto_create", default.auto_create)),
        timeout=float(values.get("timeout", default.timeout)),
        retries=int(values.get("retries", default.retries)),
        retry_delay=float(values.get("retry_delay", default.retry_delay)),
    )


def _truth(text: str) -> bool:
    value = _TRUTH.get(text.lower())
    if value is None:
        raise _Wrong(f"{quoted(text)} is not a truth value; write true or false")
    return value


def _timeout(text: str) -> float:
    number = _seconds(text)
    if not 0 < number <= _LONGEST_SECONDS:
        raise _Wrong(f"{quoted(text)} is not in the range 0<x<={_LONGEST_SECONDS:g} seconds")
    return number


def _delay(text: str) -> float:
    number = _seconds(text)
    if not 0 <= number <= _LONGEST_SECONDS:
        raise _Wrong(f"{quoted(text)} is not in the range 0<=x<={_LONGEST_SECONDS:g} seconds")
    return number


def _seconds(text: str) -> float:
    number = seconds(text)
    if number is None:
        raise _Wrong(f"{quoted(text)} {NOT_A_DURATION}")
    return number


def _retries(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text, re.ASCII):
        raise _Wrong(f"{quoted(text)} is not a whole number")
    number = int(text)
    if not 0 <= number <= _MOST_RETRIES:
        raise _Wrong(f"{number} is not in the range 0<=x<={_MOST_RETRIES}")
    return number


_READ_BY = {
    "auto_create": (AUTO_CREATE, _truth),
    "timeout": (TIMEOUT, _timeout),
    "retries": (RETRIES, _retries),
    "retry_delay": (RETRY_DELAY, _delay),
}


def _problem(variable: str, wrong: _Wrong) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR, code="variable", message=f"{variable}: {wrong}", origin=Variable(variable)
    )
