"""A session that also carries its plan out."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply import Execution, Ledger, Retries, log_outcomes, notes
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.model import Outcome
from reconciler.session.session import Session

__all__ = ["Retries", "WritingSession"]


class WritingSession(Session):
    """A session that applies its plan: ``plan``, then ``begin``, then ``apply``."""

    _brokers_awaited = 2**15 - 1
    """As many as a topic can have replicas: brokers may be starting."""
    _ledger: Ledger | None = None

    def begin(self) -> None:
        """From now on the record has what was done of the plan, not what is planned."""
        plan = self._known.plan
        if plan is None:
            raise RuntimeError("make a plan first")
        self._ledger = Ledger(plan)

    def end(self, error: Exception) -> None:
        """Record why the session ended early; topics that were not attempted are recorded as such."""
        super().end(error)
        if self._ledger is None and self._known.plan is not None:
            self.begin()

    def apply(self, retries: Retries) -> None:
        """Make every safe change of the plan, and read it back.

        Raises ApplyStopped, ClusterUnavailable, DeadlinePassed, and whatever ``Control.check`` raises; the record then
        has what was done.
        """
        if self._ledger is None:
            self.begin()
        ledger, connection, control = self._ledger, self._connected(), self.control
        if ledger is None or not ledger.plan.has_work:
            return
        if not isinstance(connection, WritingConnection):
            raise TypeError("a session that writes has a connection that writes")
        execution = Execution(
            ledger=ledger,
            writer=Writer(connection),
            reader=self._reader(connection),
            limit=connection.limit,
            retries=retries,
            clock=self._clock,
            check=control.check,
            undisturbed=control.undisturbed,
            tell=control.tell,
            log=control.log.getChild("apply"),
        )
        try:
            with self._phase("write"):
                execution.write()
            with self._phase("verify"):
                execution.verify()
        finally:
            self.note(*notes(ledger))
            log_outcomes(control.log.getChild("apply"), ledger.outcomes().values())

    def _connection_kind(self) -> type[WritingConnection]:
        return WritingConnection

    def _outcomes(self) -> Mapping[str, Outcome]:
        return self._ledger.outcomes() if self._ledger is not None else super()._outcomes()
