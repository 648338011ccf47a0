"""Any plan, anything that may have come of it, and the report of it, for tests of what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from hypothesis import strategies as st

from reconciler.apply import Ledger
from reconciler.apply.ledger import Seen
from reconciler.errors import Location
from reconciler.model import (
    Action,
    Attempt,
    Command,
    Consent,
    Create,
    Decision,
    Delete,
    Drift,
    FieldChange,
    Impact,
    InSync,
    KafkaFailure,
    LiveState,
    LiveTopic,
    Move,
    MoveProgress,
    MoveState,
    Plan,
    ReadingGroup,
    Record,
    Refusal,
    RefusalKind,
    Refused,
    Risk,
    RiskKind,
    Risky,
    Safe,
    TopicPlan,
    TopicSpec,
    Unmeasured,
    Unreadable,
    Verification,
)
from reconciler.plan import moves_of, outlook, sealed, step_of
from reconciler.report.build import build
from reconciler.report.document import Report
from tests.support.steps import NO_ANSWER, NOON, REFUSED, operations_of

PLACE = Location("topics.yaml", 3, 3)
STAY = Refusal(kind=RefusalKind.IMPOSSIBLE, reason="replicas do not move", way_out="leave them")
READERS = [ReadingGroup(group="billing", type="classic", state="stable", lag=40, unread_records_lost=20)]
LOSS = Risk(
    kind=RiskKind.DATA_LOSS,
    reason="removes old records",
    impact=Impact(
        records=1200, readers=READERS, unknown=[Unmeasured(what="bytes", why="log directories cannot be read")]
    ),
)
MOVES = [Move(partition, (1,), (1, 2)) for partition in range(3)]
GROWTH = Risk(kind=RiskKind.REPLICATION_CHANGE, reason="copies every partition", impact=Impact(moves=MOVES, bytes=3000))
DELETION = Risk(kind=RiskKind.DELETE, reason="deletes the topic", impact=Impact(records=3, readers=()))
CONSENT = Consent(kind=RiskKind.DELETE, given_by="--allow delete")
CONSENT_TO_LOSS = Consent(kind=RiskKind.DATA_LOSS, given_by="topics.yaml:31:5", up_to=10_000)
CONSENT_TO_GROWTH = Consent(kind=RiskKind.REPLICATION_CHANGE, given_by="topics.yaml:32:5")
NEEDS_CONSENT = Refusal(kind=RefusalKind.NEEDS_CONSENT, reason="removes old records", way_out="pass --allow data-loss")
PROTECTED = Refusal(kind=RefusalKind.PROTECTED, reason="the topic is protected", way_out="remove protected: true")
STALE = Refusal(kind=RefusalKind.STALE, reason="the topic was deleted after the reviewed plan", way_out="plan again")
LIMIT = Refusal(kind=RefusalKind.LIMIT, reason="9 changes, and the limit allows 3", way_out="pass --exceed-limits")
CHANGES = {
    "impossible": FieldChange(field="replication_factor", before=1, after=2, decision=Refused(STAY)),
    "lossy": FieldChange(field="config.retention.bytes", before="2", after="1", decision=Risky(LOSS, CONSENT_TO_LOSS)),
    "needs consent": FieldChange(
        field="config.cleanup.policy", before="delete", after="compact", decision=Refused(NEEDS_CONSENT, LOSS)
    ),
    "moved": FieldChange(field="replication_factor", before=1, after=2, decision=Risky(GROWTH, CONSENT_TO_GROWTH)),
    "noted": FieldChange(field="config.max.message.bytes", before="1", after="2", decision=Safe("larger records")),
    "over a limit": FieldChange(field="config.segment.ms", before="1", after="2", decision=Refused(LIMIT)),
    "partitions": FieldChange(field="partitions", before=1, after=2),
    "protected": FieldChange(
        field="config.min.insync.replicas", before="1", after="2", decision=Refused(PROTECTED, LOSS)
    ),
    "retention": FieldChange(field="config.retention.ms", before="1", after="2"),
    "stale": FieldChange(field="config.flush.ms", before="1", after="2", decision=Refused(STALE)),
}
ROUTINE = ["noted", "partitions", "retention"]
OBJECTION = st.none() | st.sampled_from([STAY, LIMIT, STALE, Refusal.by(REFUSED)])


@st.composite
def topics(draw: st.DrawFn) -> TopicPlan:
    """Any plan of one topic."""
    action: Action = draw(st.sampled_from(Action))
    desired = TopicSpec(name="", origin=PLACE, config={"retention.ms": "2"})
    live = LiveTopic(name="", partitions=1, replication_factor=1)
    match action:
        case Action.CREATE:
            return Create(desired=desired, refusal=draw(OBJECTION))
        case Action.DRIFT:
            some = st.lists(
                st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3, unique_by=lambda each: CHANGES[each].field
            )
            chosen = draw(some | st.just(ROUTINE[:1]) | st.just(ROUTINE))
            refusal = STALE if "stale" in chosen else None
            return Drift(desired=desired, live=live, changes=[CHANGES[each] for each in chosen], refusal=refusal)
        case Action.DELETE:
            decisions: list[Decision] = [Risky(DELETION), Risky(DELETION, CONSENT), Refused(STAY, DELETION)]
            decision = decisions[draw(st.integers(0, 2))]
            state = FieldChange(field="state", before="present", after="absent", decision=decision)
            return Delete(desired=replace(desired, is_absent=True), live=live, changes=[state])
        case Action.UNREADABLE:
            return Unreadable(desired=desired, failure=NO_ANSWER)
        case Action.SKIP:
            return InSync(desired=desired, live=live, found_done=draw(st.booleans()))


@st.composite
def progress(draw: st.DrawFn, move: Move) -> MoveProgress:
    """Any progress of ``move``."""
    state = draw(st.sampled_from(MoveState))
    size = draw(st.none() | st.sampled_from([0, 1000, 2 * 1024**3]))
    copied = None if size is None else size if state is MoveState.DONE else size // 3
    failure = REFUSED if state is MoveState.FAILED else None
    return MoveProgress(move=move, state=state, bytes=size, copied=copied, failure=failure)


@st.composite
def accounts(draw: st.DrawFn) -> Ledger:
    """Any plan, and anything that may have come of it."""
    kinds = draw(st.lists(st.tuples(topics(), st.sampled_from([1, 2, 5])), max_size=4))
    found = draw(st.permutations([kind for kind, number in kinds for _ in range(number)]))
    named = [replace(each, desired=replace(each.desired, name=f"topic-{place}")) for place, each in enumerate(found)]
    ledger = Ledger(sealed(Plan(topics=named, cluster_id="c")))
    for topic in named:
        for operation in operations_of(topic):
            answer = draw(st.sampled_from(["not sent", "accepted", "refused", "lost", "done by others"]))
            failures: dict[str, KafkaFailure | None] = {"accepted": None, "refused": REFUSED, "lost": NO_ANSWER}
            if answer in failures:
                attempt = Attempt(
                    operation=operation, number=1, started_at=NOON, duration_seconds=0, failure=failures[answer]
                )
                ledger.attempted(topic.name, attempt)
            elif answer == "done by others" and step_of(operation).changes(topic):
                ledger.found_done(topic.name, operation, frozenset(step_of(operation).fields(topic)))
        ledger.keep_moves(topic.name, [draw(progress(move)) for move in moves_of(topic)])
        seen = draw(st.none() | st.sampled_from(Verification))
        if seen is not None and ledger.operations_to_verify(topic.name):
            ledger.saw(topic.name, Seen(verification=seen, at=NOON))
    return ledger


def report_of(command: Literal["plan", "apply"], ledger: Ledger) -> Report:
    outcomes = ledger.outcomes() if command == "apply" else outlook(ledger.plan)
    return build(
        Record(
            command=Command(command),
            version="0",
            id="0",
            started_at=datetime(2026, 1, 1, tzinfo=UTC),
            finished_at=NOON,
            duration_seconds=1,
            bootstrap_servers="kafka:9092",
            live=LiveState(cluster_id="c", brokers=1, topics={}),
            plan=ledger.plan,
            outcomes=outcomes,
        )
    )
