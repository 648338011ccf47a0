"""What to measure for the risky changes of a plan, all in one."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import STATE, Measure, Wanted
from reconciler.plan.impact.open_risk import OpenRisk


def wanted(risks: Sequence[OpenRisk]) -> Wanted:
    """What to measure for ``risks``, each topic once."""

    def topics_with(*measures: Measure) -> set[str]:
        return {risk.topic.name for risk in risks if risk.risk.measures & set(measures)}

    return Wanted(
        cuts={
            risk.topic.name: risk.cut
            for risk in risks
            if Measure.OLD_RECORDS in risk.risk.measures and risk.cut is not None
        },
        # The offsets of a topic are what makes committed ones a lag.
        records={risk.topic.name for risk in risks if risk.is_about_records} | topics_with(Measure.READERS),
        newest={risk.topic.name for risk in risks if risk.change.field == STATE},
        readers=topics_with(Measure.READERS),
        replicas=topics_with(Measure.IN_SYNC, Measure.LEADERLESS, Measure.PLACEMENT),
        sizes={risk.topic.name for risk in risks if risk.removes_records and risk.has_sizes}
        | topics_with(Measure.PLACEMENT),
        brokers=bool(topics_with(Measure.PLACEMENT)),
    )
