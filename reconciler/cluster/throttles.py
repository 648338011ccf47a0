"""Kafka's own throttle for replicas that are being moved (KIP-73), set and removed.

It has two parts: configs of each topic that name the replicas, and a rate for each broker. The names are set first and
removed last. So names that are left tell the next run that rates may be left too, wherever this one was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reconciler.cluster import throttle_notes
from reconciler.cluster.broker_rates import RATES, read_rates, write_rates
from reconciler.cluster.connection import Connection
from reconciler.cluster.reassignments import moves_in_flight
from reconciler.cluster.requests import alter_configs
from reconciler.cluster.second_client import NotAsked
from reconciler.errors import Diagnostic
from reconciler.model import KafkaFailure, Move, Throttled

_AT_ONCE = 200
"""Topics per request; one may have 10,000 records."""
_AGAIN = "run apply again when no replicas are being moved any more: it removes the throttle"
_TO_KNOW = "grant this principal DESCRIBE on the cluster, or check the reason given; then run apply again"


class Throttles:
    """The throttle of the replicas that one run moves, and what earlier runs left.

    ``left`` is what topics of the manifest have already: brokers that they name have their rates from an earlier run.
    A rate of any other broker is from somebody else, such as another tool that moves replicas now. It is kept: our
    replicas share it, and it is not removed. ``note`` gets what people should know.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        left: Mapping[str, Throttled],
        bytes_per_second: int | None,
        note: Callable[[Diagnostic], None],
    ) -> None:
        self._connection = connection
        self._named = {name: throttled for name, throttled in left.items() if throttled.brokers}
        self._left = frozenset(self._named)
        self._rate = bytes_per_second
        self._note = note
        self._foreign: set[tuple[int, str]] = set()
        """Rates of others, by broker and key."""

    def put_on(self, moves: Mapping[str, Sequence[Move]]) -> KafkaFailure | None:
        """Limit the replicas that ``moves``, by topic, are to copy; why that failed: then nothing is to be moved.

        Without a rate, or a broker that copies, nothing is sent. Raises ClusterUnavailable and DeadlinePassed.
        """
        if self._rate is None:
            return None
        alive = self._connection.metadata().brokers.keys()
        wanted = {name: each for name, of in moves.items() if (each := Throttled.by(of, alive)).brokers}
        # Replicas that an earlier run began to move get the rate of this one, too.
        brokers = _brokers(wanted) | (_brokers(self._named) & alive)
        if not brokers:
            return None
        rates, failures = read_rates(self._connection, brokers)
        if failures:
            return _first(failures)
        self._keep_foreign(rates)
        named = {name: self._named.get(name, Throttled()) | each for name, each in wanted.items()}
        self._named |= named
        refused = self._alter_topics({name: each.config for name, each in named.items()})
        if refused:
            return _first(refused)
        failures = write_rates(
            self._connection,
            {
                broker: {key: str(self._rate) for key in RATES if (broker, key) not in self._foreign}
                for broker in brokers
            },
        )
        return _first(failures) if failures else None

    def take_off(self) -> None:
        """Remove the throttle of every topic that has one, unless replicas are still being moved in the cluster.

        May be called again. Raises ClusterUnavailable and DeadlinePassed.
        """
        if not self._named:
            return
        self._connection.limit.restart()
        if (note := self._why_kept()) is not None:
            self._note(note)
            return
        brokers = _brokers(self._named)
        alive = brokers & self._connection.metadata().brokers.keys()
        rates, unread = read_rates(self._connection, alive)
        ours = {broker: {key for key in RATES if (broker, key) not in self._foreign} for broker in alive}
        # A broker may not show yet what was just set, so all are removed, whether they were read or not.
        failures = {**unread, **write_rates(self._connection, {each: dict.fromkeys(ours[each]) for each in alive})}
        if failures:
            failed = {f"broker {broker}": why for broker, why in failures.items()}
            self._note(throttle_notes.not_removed(self._named, failed))
        elif alive != brokers:
            self._note(throttle_notes.brokers_down(self._named, brokers - alive))
        else:
            self._forget_names(
                {rate for broker, of in rates.items() for key, rate in of.items() if key in ours[broker]}
            )

    def stays(self) -> None:
        """Tell that the throttle is left, because the run ends early; nothing is sent."""
        if self._named:
            self._note(throttle_notes.kept(self._named, "the run ended early", _AGAIN))

    def _forget_names(self, rates: set[str]) -> None:
        """Remove the configs of the topics; of brokers, the ``rates`` are gone already."""
        refused = self._alter_topics({name: dict.fromkeys(each.config) for name, each in self._named.items()})
        if refused:
            self._note(throttle_notes.not_removed(refused, {f"topic {name}": why for name, why in refused.items()}))
        if removed := self._left - refused.keys():
            self._note(throttle_notes.removed(removed, rates))
        self._named = {name: each for name, each in self._named.items() if name in refused}
        self._left &= self._named.keys()

    def _keep_foreign(self, rates: Mapping[int, Mapping[str, str]]) -> None:
        ours = _brokers(self._named)
        found = {(broker, key): rate for broker, of in rates.items() if broker not in ours for key, rate in of.items()}
        for broker, key in sorted(found.keys() - self._foreign):
            self._note(throttle_notes.of_others(broker, key, found[broker, key]))
        self._foreign |= found.keys()

    def _why_kept(self) -> Diagnostic | None:
        """Why the throttle must stay; ``None`` where no replicas are being moved."""
        try:
            moving = sum(map(len, moves_in_flight(self._connection).values()))
        except NotAsked as error:
            why = f"it is not known whether replicas are still being moved: {error}"
            return throttle_notes.kept(self._named, why, _TO_KNOW)
        if moving:
            partitions = "1 partition" if moving == 1 else f"{moving:,} partitions"
            return throttle_notes.kept(self._named, f"replicas of {partitions} are still being moved", _AGAIN)
        return None

    def _alter_topics(self, changes: Mapping[str, Mapping[str, str | None]]) -> Mapping[str, KafkaFailure]:
        """Alter the configs of topics; why that failed, by name."""
        names = sorted(name for name, config in changes.items() if config)
        refused: dict[str, KafkaFailure] = {}
        for start in range(0, len(names), _AT_ONCE):
            some = {name: changes[name] for name in names[start : start + _AT_ONCE]}
            answers = alter_configs(self._connection, some, validate_only=False)
            refused |= {name: failure for name, failure in answers.items() if failure is not None}
        return refused


def _brokers(named: Mapping[str, Throttled]) -> frozenset[int]:
    return frozenset[int]().union(*(each.brokers for each in named.values()))


def _first(failures: Mapping[int, KafkaFailure] | Mapping[str, KafkaFailure]) -> KafkaFailure:
    return next(iter(failures.values()))
