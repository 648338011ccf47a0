"""A session that also carries its plan out."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply import Execution, Ledger, Retries, is_awaited, log_outcomes, notes
from reconciler.cluster.moves import ReplicaMoves
from reconciler.cluster.throttles import Throttles
from reconciler.cluster.writer import Writer, WritingConnection
from reconciler.errors import ReconcilerError
from reconciler.model import Outcome, Throttled
from reconciler.plan import throttled_topics
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
        if not self._has_begun and self._known.plan is not None:
            self.begin()

    @property
    def _has_begun(self) -> bool:
        return self._ledger is not None

    def apply(self, retries: Retries, *, reassign_throttle: int | None = None) -> None:
        """Make every safe change of the plan, and read it back.

        With ``reassign_throttle``, each broker sends and receives at most so many bytes per second of replicas that are
        moved. A throttle that an earlier run left is removed, even if there is nothing else to do.
        Raises ApplyStopped, ClusterUnavailable, DeadlinePassed, and whatever ``Control.check`` raises; the record then
        has what was done.
        """
        if self._ledger is None:
            self.begin()
        ledger = self._ledger
        if ledger is None:
            raise AssertionError("a session that has begun has a ledger")
        throttle = self._throttles(reassign_throttle)
        if ledger.plan.has_work or any(map(is_awaited, ledger.plan.topics)):
            try:
                self._execute(ledger, retries, throttle)
            except ReconcilerError:
                throttle.stays()
                raise
        with self._phase("write"):
            throttle.take_off()

    def _execute(self, ledger: Ledger, retries: Retries, throttle: Throttles) -> None:
        connection, control = self._writing_connection(), self.control
        execution = Execution(
            ledger=ledger,
            writer=Writer(connection),
            reader=self._reader(connection),
            limit=connection.limit,
            retries=retries,
            mover=ReplicaMoves(connection),
            throttle=throttle,
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

    def _throttles(self, bytes_per_second: int | None = None) -> Throttles:
        return Throttles(
            self._writing_connection(), left=self._left_throttles(), bytes_per_second=bytes_per_second, note=self.note
        )

    def _left_throttles(self) -> Mapping[str, Throttled]:
        """The throttles of topics that this session is to remove, as far as it knows when it begins."""
        plan = self._known.plan
        return throttled_topics(plan) if plan is not None else {}

    def _writing_connection(self) -> WritingConnection:
        connection = self._connected()
        if not isinstance(connection, WritingConnection):
            raise TypeError("a session that writes has a connection that writes")
        return connection

    def _connection_kind(self) -> type[WritingConnection]:
        return WritingConnection

    def _outcomes(self) -> Mapping[str, Outcome]:
        return self._ledger.outcomes() if self._ledger is not None else super()._outcomes()
