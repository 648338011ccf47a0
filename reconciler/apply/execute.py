"""A plan carried out: each request sent, its answers noted, and everything read back."""

from __future__ import annotations

from reconciler.apply.ledger import Ledger
from reconciler.apply.verify import LooksAtTopics, verify
from reconciler.clock import Clock
from reconciler.model import Attempt, Plan
from reconciler.plan import TakesRequests, requests_of


def execute(
    plan: Plan, *, writer: TakesRequests, reader: LooksAtTopics, ledger: Ledger, timeout: float, clock: Clock
) -> None:
    """Make every safe change of ``plan`` and read it back; ``ledger`` has the account at any moment.

    One topic's failure leaves the others done. ``timeout`` is in seconds: the longest that verification
    waits without another topic becoming visible.
    """
    for request in requests_of(plan):
        started_at, started = clock.now(), clock.monotonic()
        answers = request.put_to(writer)
        seconds = clock.monotonic() - started
        for topic in request.topics:
            attempt = Attempt(
                operation=request.operation,
                number=1,
                started_at=started_at,
                duration_seconds=seconds,
                failure=answers[topic.name],
            )
            ledger.attempted(topic.name, attempt)
    verify(plan, reader=reader, ledger=ledger, timeout=timeout, clock=clock)
