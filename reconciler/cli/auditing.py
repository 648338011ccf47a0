"""One audit of ``serve``, and its log lines."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.cli.connect import load_and_connect
from reconciler.cli.console import Console
from reconciler.cli.options import ClusterOptions, ManifestOptions, RetryOptions
from reconciler.cli.run import report_of
from reconciler.cli.signals import Signals
from reconciler.clock import Clock
from reconciler.errors import Interrupted
from reconciler.model import Command, Permission
from reconciler.report.layout import count
from reconciler.service.findings import FindingKind, findings
from reconciler.service.serve.audits import Audit
from reconciler.session import Control, Session

if TYPE_CHECKING:
    from reconciler.session.writing import WritingSession

log = logging.getLogger("reconciler.serve")

_WORDS = {
    FindingKind.MISSING: "missing",
    FindingKind.PARTITIONS: "with other partitions",
    FindingKind.REPLICATION_FACTOR: "with another replication factor",
    FindingKind.CONFIG: "with other configs",
    FindingKind.UNWANTED: "to delete",
    FindingKind.UNMANAGED: "unmanaged",
    FindingKind.UNREADABLE: "unreadable",
    FindingKind.UNKNOWN: "unknown",
    FindingKind.NOT_COMPARED: "not compared",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Makes audits; with ``retry``, each also applies what the plan permits."""

    manifest: ManifestOptions
    cluster: ClusterOptions
    only: tuple[str, ...]
    permission: Permission
    signals: Signals
    retry: RetryOptions | None = None

    def audit(self) -> Audit:
        """Load the manifest, connect, plan, and apply where that is wanted. Raises Interrupted, and nothing else."""
        signals = self.signals
        control = Control(
            check=signals.check,
            undisturbed=signals.held,
            wait_for=signals.wait_for,
            clock=Clock(sleep=signals.sleep),
        )
        with self._session(control) as session:
            is_complete = self._is_complete(session)
        report = report_of(session)
        record = session.record
        if isinstance(record.ended_by, Interrupted):
            raise record.ended_by
        _forget_frames(record.ended_by)
        del session
        gc.collect()  # a session has circles, and the record holds on to little of it
        return Audit(record=record, report=report, is_complete=is_complete)

    def _is_complete(self, session: Session) -> bool:
        """Do the work; whether nothing ended it early."""
        try:
            load_and_connect(session, self.manifest, self.cluster, self.only)
            session.plan(self.permission)
            if self.retry is not None:
                _apply(session, self.retry)
        except Exception as error:  # noqa: BLE001 - an internal error must not end the service
            session.end(error)
            return False
        return True

    def _session(self, control: Control) -> Session:
        return Session(Command.PLAN, control=control) if self.retry is None else _writing_session(control)


def log_audit(console: Console, done: Audit, before: Audit | None) -> None:
    """Log how an audit ended, and its problems unless the audit ``before`` had them too."""
    known = {*before.record.diagnostics} if before is not None else set()
    for problem in done.record.diagnostics:
        if problem not in known:
            console.say(problem)
    seconds = f"{done.record.duration_seconds:.1f} s"
    if not done.is_complete:
        log.warning("audit failed after %s; what is known of the topics stays as it was", seconds)
        return
    found = findings(done.record)
    numbers = Counter(kind for kind, _topic in {(each.kind, each.topic) for each in found})
    listed = ", ".join(f"{numbers[kind]:,} {words}" for kind, words in _WORDS.items() if numbers[kind])
    topics = count(len(done.report.topics), "topic")
    created = done.report.statistics.topics_created
    applied = f"; {done.report.summary.applied:,} applied, {created:,} of them created" if created else ""
    is_fine = numbers.keys() <= {FindingKind.UNMANAGED}
    log.log(
        logging.INFO if is_fine else logging.WARNING,
        "audit: %s, %s (%s)%s",
        topics,
        listed or "in sync",
        seconds,
        applied,
    )


def _writing_session(control: Control) -> WritingSession:
    from reconciler.session.writing import WritingSession  # noqa: PLC0415 - an audit that only reads loads no writer

    return WritingSession(Command.APPLY, control=control)


def _apply(session: Session, retry: RetryOptions) -> None:
    from reconciler.apply import Retries  # noqa: PLC0415 - as in _writing_session
    from reconciler.session.writing import WritingSession  # noqa: PLC0415 - likewise

    if not isinstance(session, WritingSession):
        raise TypeError("only a session that writes can apply")
    session.apply(Retries(most=retry.retries, delay=retry.retry_delay))


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what was on the stack when ``error`` was raised: the client of a cluster that is away, for example."""
    while error is not None:
        earlier = error.__cause__ or error.__context__
        error.__traceback__ = error.__cause__ = error.__context__ = None
        error = earlier
