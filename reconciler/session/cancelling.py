"""A session that takes replica moves back, of the topics of its manifest only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.apply.cancel import Cancellation
from reconciler.cluster.moves import ReplicaMoves
from reconciler.cluster.reassignments import moves_in_flight
from reconciler.cluster.second_client import NotAsked
from reconciler.errors import ReconcilerError
from reconciler.model import Outcome, Permission, Plan, Query
from reconciler.plan import outlook, sealed
from reconciler.plan.cancellation import cancellation, cancellation_notes
from reconciler.session.writing import WritingSession


class CancellingSession(WritingSession):
    """A session that cancels reassignments: ``plan``, then ``begin``, then ``cancel``. Nothing else is applied."""

    _cancellation: Cancellation | None = None

    def plan(self, permission: Permission | None = None) -> Plan:  # noqa: ARG002 - no option permits more here
        """What there is to take back. Raises ReconcilerError where that cannot be known, and as in other sessions."""
        desired, connection = self._loaded(), self._connected()
        connection.expected_cluster_id = desired.cluster.id
        with self._phase("read"):
            live = self._reader(connection).read(Query.of(desired.topics))
            self._known = replace(self._known, live=live, bootstrap_servers=connection.bootstrap_servers)
            try:
                in_flight = moves_in_flight(connection)
            except NotAsked as error:
                raise ReconcilerError.because(
                    "reassignments-not-read",
                    f"cannot tell which replicas are being moved: {error}",
                    hint="listing reassignments needs DESCRIBE on the cluster",
                ) from None
        made = sealed(cancellation(desired, live, in_flight))
        self._known = replace(self._known, plan=made, outcomes=outlook(made))
        self.note(*cancellation_notes(made))
        return made

    def begin(self) -> None:
        """From now on the record has what was taken back, not what is planned."""
        plan, connection, control = self._known.plan, self._connected(), self.control
        if plan is None:
            raise RuntimeError("make a plan first")
        self._cancellation = Cancellation(
            plan=plan,
            cluster=ReplicaMoves(self._writing_connection()),
            reader=self._reader(connection),
            limit=connection.limit,
            clock=self._clock,
            check=control.check,
            undisturbed=control.undisturbed,
            tell=control.tell,
        )

    def cancel(self) -> None:
        """Take the moves back and remove their throttle.

        Raises ClusterUnavailable, DeadlinePassed, and whatever ``Control.check`` raises; the record then has what was
        done.
        """
        if self._cancellation is None:
            self.begin()
        cancellation, throttle = self._cancellation, self._throttles()
        if cancellation is not None and cancellation.plan.has_work:
            with self._phase("write"):
                cancellation.write()
            with self._phase("verify"):
                cancellation.verify()
        with self._phase("write"):
            throttle.take_off()

    @property
    def _has_begun(self) -> bool:
        return self._cancellation is not None

    def _outcomes(self) -> Mapping[str, Outcome]:
        return self._cancellation.outcomes if self._cancellation is not None else super()._outcomes()
