"""Checks of one subject in their order: the first that fails ends them, and the rest are skipped."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from reconciler.cluster.symptoms import Cause
from reconciler.doctor.check import Check, Status

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a check found, where it did not fail."""

    detail: str
    status: Status = Status.OK
    code: str | None = None
    remedy: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


class Failed(Exception):
    """A check failed for ``cause``."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.message)
        self.cause = cause


class Stopped(Exception):
    """The checks that follow depend on one that failed."""


class Course:
    """The checks ``names`` of ``subject``."""

    def __init__(self, subject: str, names: Sequence[str]) -> None:
        self._subject = subject
        self._names = names
        self._made: list[Check] = []

    def take(self, name: str, work: Callable[[], tuple[Result, Told]]) -> Result:
        """Make the check ``name`` by ``work``, which raises Failed. Raises Stopped then."""
        began = time.monotonic()
        try:
            result, told = work()
        except Failed as failed:
            self._note(name, began, _of(failed.cause))
            raise Stopped from None
        self._note(name, began, told)
        return result

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks; those that were not made are skipped, with the reason."""
        made = {check.name for check in self._made}
        why = self._made[-1].name if self._made else ""
        left = [name for name in self._names if name not in made]
        return (*self._made, *(skipped(name, self._subject, f"{why} failed") for name in left))

    def _note(self, name: str, began: float, told: Told) -> None:
        check = Check(
            name=name,
            subject=self._subject,
            status=told.status,
            code=told.code,
            detail=told.detail,
            remedy=told.remedy,
            facts=told.facts,
        )
        self._made.append(replace(check, seconds=time.monotonic() - began))


def skipped(name: str, subject: str, why: str) -> Check:
    """A check that is not made."""
    return Check(name=name, subject=subject, status=Status.SKIPPED, detail=why)


def _of(cause: Cause) -> Told:
    return Told(status=Status.FAILED, code=cause.code, detail=cause.message, remedy=cause.hint)
