"""A plan in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model import RefusalKind
from reconciler.report.document import Report, Topic
from reconciler.report.layout import count, details
from reconciler.report.signs import Extent, extent
from reconciler.report.standing import is_stale, refusals


def plan_summary(report: Report) -> str:
    """The plan in one line; each topic is counted once."""
    stale = sum(map(is_stale, report.topics))
    refused = [topic for topic in report.topics if extent(topic) is not Extent.NONE and not is_stale(topic)]
    clear: Counter[str] = Counter(topic.action for topic in report.topics if extent(topic) is Extent.NONE)
    numbers = [f"{clear['create']:,} to create", f"{clear['drift']:,} to change"]
    numbers += [f"{clear['delete']:,} to delete"] if clear["delete"] else []
    numbers += [f"{clear['skip']:,} unchanged{details({'found done': report.summary.found_done})}"]
    in_part = sum(extent(topic) is Extent.PART for topic in refused)
    special = {"in part": in_part} | by_obstacle(refused)
    numbers += [f"{len(refused):,} refused{details(special)}"] if refused else []
    numbers += [f"{stale:,} stale"] if stale else []
    numbers += [f"{clear['unreadable']:,} unreadable"] if clear["unreadable"] else []
    nothing = clear.keys() <= {"skip"} and not refused and not stale
    return f"{'In sync' if nothing else 'Plan'}: {', '.join(numbers)}.{_recreated(report)}"


def _recreated(report: Report) -> str:
    number = report.summary.recreated
    return f" {count(number, 'topic')} {'was' if number == 1 else 'were'} recreated." if number else ""


def by_obstacle(refused: Sequence[Topic]) -> dict[str, int]:
    """How many of the ``refused`` topics have which obstacle, in words; a topic may have several."""
    kinds = Counter(kind for topic in refused for kind in {refusal.kind for refusal in refusals(topic)})
    without = kinds[RefusalKind.NEEDS_CONSENT]
    return {
        "needs consent" if without == 1 else "need consent": without,
        "protected": kinds[RefusalKind.PROTECTED],
        "against the policy": kinds[RefusalKind.POLICY],
        "over a limit": kinds[RefusalKind.LIMIT],
        "not created: --no-auto-create": kinds[RefusalKind.CREATION_OFF],
        "left as they are": kinds[RefusalKind.CREATING_ONLY],
    }
