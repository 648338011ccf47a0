"""What a run tells of itself, whatever it does: the record of what is known so far."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from reconciler import __version__
from reconciler.errors import Diagnostic, ReconcilerError
from reconciler.model import Base, Command, FormerId, Outcome, Record
from reconciler.session.control import Control
from reconciler.session.defect import defect


class Recorded:
    """A run with its record, which can be read at any moment, from any thread.

    So a run that fails or is interrupted still reports.
    """

    def __init__(self, command: Command, *, control: Control | None = None, tells_changes: bool = False) -> None:
        self.control = control or Control()
        self._clock = self.control.clock
        self._began = self._clock.monotonic()
        now = self._clock.now()
        self._known = Record(
            command=command,
            version=__version__,
            id=str(uuid.uuid4()),
            started_at=now,
            finished_at=now,
            duration_seconds=0,
            tells_changes=tells_changes,
        )

    @property
    def record(self) -> Record:
        """What is known so far."""
        return replace(
            self._known,
            finished_at=self._clock.now(),
            duration_seconds=self._clock.monotonic() - self._began,
            outcomes=self._outcomes(),
            **self._asked(),
        )

    def note(self, *diagnostics: Diagnostic) -> None:
        """Add diagnostics to the record."""
        self._known = replace(self._known, diagnostics=(*self._known.diagnostics, *diagnostics))

    def knows_ids(self, former: Mapping[str, FormerId]) -> None:
        """Let the record tell which topics have other ids than in ``former``: they were recreated since."""
        self._known = replace(self._known, former_ids=former)

    def knows_base(self, base: Base) -> None:
        """Let the record tell where changes come from, compared with ``base``."""
        self._known = replace(self._known, base=base)

    def is_about(self, commit: str | None) -> None:
        """Let the record tell the Git commit that the manifest is of."""
        self._known = replace(self._known, commit=commit)

    def end(self, error: Exception) -> None:
        """Record why the session ended early; anything but a ``ReconcilerError`` as a bug in reconciler."""
        if isinstance(error, ReconcilerError):
            self._known = replace(self._known, ended_by=error)
            self.note(*error.diagnostics)
        else:
            self.note(defect(error))

    def _outcomes(self) -> Mapping[str, Outcome]:
        """The outcome of every topic of the plan, so far of planning only."""
        return self._known.outcomes

    def _asked(self) -> dict[str, Any]:
        """What the record tells of requests so far."""
        return {}

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Add the time of the block to the duration of a phase."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            before = self._known.durations
            seconds = before.get(name, 0) + self._clock.monotonic() - began
            self._known = replace(self._known, durations={**before, name: seconds})
