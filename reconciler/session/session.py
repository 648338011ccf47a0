"""What every session does: load the manifest, connect, read, compare, validate on the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reconciler.clock import TimeLimit
from reconciler.model import (
    DesiredState,
    LiveState,
    Permission,
    Plan,
    Query,
    Undo,
)
from reconciler.session.choosing import chosen, nothing_matches
from reconciler.session.recorded import Recorded

if TYPE_CHECKING:
    from reconciler.cluster.connection import Client, Connection
    from reconciler.cluster.measurements import Measurements
    from reconciler.cluster.properties import ClientSettings
    from reconciler.cluster.reader import Reader
    from reconciler.plan import Pass


class Session(Recorded):
    """One manifest planned against one cluster. Never writes to the cluster."""

    _connection: Connection | None = None
    _refuse: tuple[Callable[[LiveState], None], ...] = ()
    _brokers_awaited: int | None = None
    """How many brokers to wait for, within the time limit; ``None`` for those that are there."""

    def __enter__(self) -> Self:
        """Close the session at the end of the block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the session."""
        self.close()

    def close(self) -> None:
        """Disconnect from the cluster. ``record`` stays available."""
        if self._connection is not None:
            self._known = replace(self._known, **self._asked())
            self._connection.close()
            self._connection = None

    def refuse_after_reading(self, refuse: Callable[[LiveState], None]) -> None:
        """Let ``plan`` call ``refuse`` with what it has read, before anything is compared; it raises to refuse that."""
        self._refuse = (*self._refuse, refuse)

    def load(
        self, files: Sequence[Path], environment: str | None, environ: Mapping[str, str], *, only: Sequence[str] = ()
    ) -> DesiredState:
        """Load the manifest in ``files`` with the overlay of ``environment``.

        With globs in ``only``, all other topics are ignored. ``environ`` has the environment variables.
        Raises ManifestInvalid, and WrongUsage if no topic matches.
        """
        from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser is not needed for --help

        self._known = replace(self._known, environment=environment)
        today = self._clock.now().date()
        with self._phase("manifest"):
            desired = self.control.wait_for(lambda: load(files, environment, environ, today=today))
        try:
            desired = self._choose(desired, only)
        finally:
            self._known = replace(self._known, desired=desired)
            self.note(*desired.diagnostics)
        return desired

    def take(self, desired: DesiredState) -> DesiredState:
        """Use a desired state that the caller has, instead of loading a manifest."""
        self._known = replace(self._known, environment=desired.environment, desired=desired)
        self.note(*desired.diagnostics)
        return desired

    def undoes(self, undo: Undo) -> None:
        """Plan the state before the run of ``undo``, under the rules of the manifest, instead of the manifest."""
        from reconciler.plan.undo import records_gone, state_before  # noqa: PLC0415 - not needed for --help

        self._known = replace(self._known, undo=undo, desired=state_before(undo))
        self.note(*records_gone(undo))

    def connect(self, settings: ClientSettings, limit: TimeLimit) -> None:
        """Create a client and send the first request; ``plan`` waits for the answer. Raises ClusterUnavailable.

        ``limit`` is the longest that any step may go without progress.
        """
        control = self.control
        self._connection = self._connection_kind()(
            settings.properties,
            limit=limit,
            places=settings.places,
            tell=control.tell,
            check=control.check,
            log=control.log.getChild("librdkafka"),
        )
        self._known = replace(self._known, bootstrap_servers=self._connection.bootstrap_servers)
        self._connection.ask_early()

    def connect_with(self, client: Client, limit: TimeLimit) -> None:
        """Use a client of the caller, which stays open, and send the first request; ``plan`` waits for the answer.

        ``limit`` is the longest that any step may go without progress.
        """
        control = self.control
        kind = self._connection_kind()
        self._connection = kind.from_client(client, limit=limit, tell=control.tell, check=control.check)
        self._connection.ask_early()

    def plan(self, permission: Permission | None = None) -> Plan:
        """Compare the manifest with the cluster and validate the changes on the broker, which makes none of them.

        ``permission`` is what the options of the run permit, by default to create topics. Raises ClusterUnavailable,
        DeadlinePassed, and whatever ``Control.check`` raises; the record then has what was found so far.
        """
        from reconciler.plan import passed, plan  # noqa: PLC0415 - not needed for --help

        desired, connection = self._loaded(), self._connected()
        connection.expected_cluster_id = desired.cluster.id
        reader = self._reader(connection)
        with self._phase("read"):
            live = reader.read(Query.of(desired.topics, scope=desired.scope))
        self._known = replace(self._known, live=live, bootstrap_servers=connection.bootstrap_servers)
        self.control.check()
        for refuse in self._refuse:
            refuse(live)
        through = self._passes(desired, permission or Permission())
        with self._phase("read"):
            live = self._with_moving(desired, live)
        compared = plan(desired, live)
        if desired.scope.only and not compared.topics and not compared.unmanaged:
            raise nothing_matches(desired.scope.only, "no topic of the manifest or of its scope matches")
        with self._phase("measure"):
            made = passed(compared, through)
        return self._checked(made, through, connection)

    def _with_moving(self, desired: DesiredState, live: LiveState) -> LiveState:
        """``live`` with what is known of replicas that are being moved; only suspicious topics are asked for."""
        from reconciler.plan import (  # noqa: PLC0415 - not needed for --help
            may_be_moving,
            may_be_moving_unseen,
            with_moving,
        )

        by_number, names = may_be_moving(desired, live), may_be_moving_unseen(desired, live)
        names = sorted({*by_number, *names})
        if not names:
            return live
        from reconciler.cluster.reassignments import read_moving  # noqa: PLC0415 - rarely needed

        connection = self._connected()
        found = read_moving(connection, self._reader(connection), names)
        is_told = {name for name, moving in found.items() if moving.replication_factor is not None}
        moving = {name: found[name] for name in found if name in is_told or name in by_number}
        return with_moving(live, moving, names)

    def find_unclear(self) -> None:
        """Look for topics whose settings could not be read, or that are not as planned; the record gets those listed.

        Waits within the time limit for those that brokers are about to show. Raises ClusterUnavailable, DeadlinePassed.
        """
        from reconciler.session.presence import await_listed  # noqa: PLC0415 - not needed for --help

        connection = self._connected()
        listed = await_listed(self.record, reader=self._reader(connection), limit=connection.limit, clock=self._clock)
        self._known = replace(self._known, listed=listed)

    def _checked(self, made: Plan, through: Sequence[Pass], connection: Connection) -> Plan:
        """``made`` validated by the broker and sealed; the record gets it, too."""
        from reconciler.cluster.checker import Checker  # noqa: PLC0415 - not needed for --help
        from reconciler.plan import BrokerCheck, notes, outlook, sealed  # noqa: PLC0415 - likewise

        check = BrokerCheck(
            made,
            broker=Checker(connection, brokers=self._brokers_awaited),
            reader=self._reader(connection),
            limit=connection.limit,
            clock=self._clock,
            through=through,
            tell=self.control.tell,
        )
        try:
            with self._phase("check"):
                check.run()
        finally:
            checked = sealed(check.plan)
            self._known = replace(self._known, plan=checked, outcomes=outlook(checked))
            self.note(*notes(checked))
        return checked

    def _choose(self, desired: DesiredState, only: Sequence[str]) -> DesiredState:
        """``desired`` with the topics left out that this session ignores. Raises WrongUsage if no topic matches."""
        return chosen(desired, only) if only else desired

    def _passes(self, desired: DesiredState, permission: Permission) -> Sequence[Pass]:
        """What a plan goes through before the broker validates it."""
        from reconciler.plan import passes  # noqa: PLC0415 - not needed for --help

        connection = self._connected()
        return passes(
            desired,
            permission,
            cluster=self._measures(connection),
            reader=self._reader(connection),
            now=self._clock.now(),
            undo=self._known.undo,
        )

    def _reader(self, connection: Connection) -> Reader:
        from reconciler.cluster.reader import Reader  # noqa: PLC0415 - not needed for --help

        return Reader(connection, tell=self.control.tell, sleep=self._clock.sleep)

    def _measures(self, connection: Connection) -> Measurements:
        from reconciler.cluster.measurements import Measurements  # noqa: PLC0415 - not needed for --help

        return Measurements(connection)

    def _connection_kind(self) -> type[Connection]:
        from reconciler.cluster.connection import Connection  # noqa: PLC0415 - loads the client: 70 ms that others need not pay

        return Connection

    def _loaded(self) -> DesiredState:
        if self._known.desired is None:
            raise RuntimeError("load a manifest first")
        return self._known.desired

    def _connected(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("connect to a cluster first")
        return self._connection

    def _asked(self) -> dict[str, Any]:
        connection = self._connection
        if connection is None:
            return {}
        return {
            "requests": dict(connection.requests),
            "request_seconds": {api: tuple(seconds) for api, seconds in connection.request_seconds.items()},
        }
