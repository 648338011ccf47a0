"""A session that creates missing topics and changes nothing else: what a service does when it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.apply import Retries
from reconciler.cluster.asking import Asking
from reconciler.cluster.committed import topics_with_offsets
from reconciler.errors import Diagnostic, Severity
from reconciler.model import KafkaFailure, Permission, Throttled, live_of
from reconciler.printable import quoted
from reconciler.session.presence import await_everywhere
from reconciler.session.writing import WritingSession


class EnsuringSession(WritingSession):
    """A session whose topics exist afterwards, or whose record has why they do not."""

    def ensure(self, retries: Retries, *, creating: bool = True) -> None:
        """Create the missing topics, unless ``creating`` is off, and find out which topics exist.

        Raises ApplyStopped, ClusterUnavailable, DeadlinePassed, and whatever ``Control.check`` raises.
        """
        self.plan(Permission(creating=creating, changing=False))
        self.apply(retries)
        self._await_created_by_others()
        self.find_unclear()

    def note_other_topics(self, group: str) -> None:
        """Warn of topics that ``group`` has committed offsets of, and that the manifest does not list.

        Raises ClusterUnavailable and DeadlinePassed.
        """
        connection, desired = self._connected(), self._loaded()
        connection.limit.restart()
        found = topics_with_offsets(Asking(connection, sleep=self._clock.sleep), group)
        self.note(*_other_topics(group, found, {spec.name for spec in desired.topics if not spec.is_absent}))

    def _left_throttles(self) -> Mapping[str, Throttled]:
        """None: nothing that exists is changed."""
        return {}

    def _await_created_by_others(self) -> None:
        """Wait for brokers that do not show a topic yet that somebody else created since this session read it.

        Of topics that this session creates, or was about to create, ``apply`` has made sure already.
        """
        plan, live, connection = self._known.plan, self._known.live, self._connected()
        if plan is None or live is None:
            return
        new = [topic.name for topic in plan.topics if live_of(topic) is not None and topic.name not in live.topics]
        if not new:
            return
        lagging = await_everywhere(new, reader=self._reader(connection), limit=connection.limit, clock=self._clock)
        if lagging:
            brokers = ", ".join(map(str, lagging))
            self.note(
                Diagnostic(
                    severity=Severity.WARNING,
                    code="not-on-every-broker",
                    message=f"not every new topic is visible on broker {brokers} yet",
                    hint="clients of that broker retry until it is",
                )
            )


def _other_topics(group: str, found: frozenset[str] | KafkaFailure, named: set[str]) -> Iterator[Diagnostic]:
    if isinstance(found, KafkaFailure):
        yield Diagnostic(
            severity=Severity.WARNING,
            code="group-not-read",
            message=f"cannot read the committed offsets of group {quoted(group)}: {found.name}: {found.message}",
            hint=found.remedy,
        )
        return
    for topic in sorted(found - named):
        yield Diagnostic(
            severity=Severity.WARNING,
            code="topic-not-named",
            message=f"group {quoted(group)} has committed offsets of {quoted(topic)}, which the service does not name",
            hint="name the topic if the service still reads it; otherwise delete the offsets: kafka-consumer-groups.sh "
            f"--delete-offsets --group {group} --topic {topic}",
            topic=topic,
        )
