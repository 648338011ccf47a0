"""What is still to be done of a topic whose request ended in doubt, now that the cluster was looked at again.

An answer may be lost although the request was carried out, and somebody else may have been there first. So
nothing is sent again before a look, and what the look shows decides, not what was planned before it.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import Action, LiveTopic, Operation, Policy, TopicPlan
from reconciler.plan import differences, operation_for


def still_to_do(topic: TopicPlan, operation: Operation, live: LiveTopic | None, policy: Policy) -> TopicPlan | None:
    """``topic`` as it is to be carried on with; ``None`` where the cluster has what ``operation`` was to bring.

    A topic that is not to be seen is carried on with as it was. One that was to be created and is there with other
    settings has drifted.
    """
    if live is None:
        return topic
    differing = differences(topic.desired, live, policy)
    if operation is Operation.CREATE_TOPICS:
        return replace(topic, action=Action.DRIFT, live=live, changes=differing) if differing else None
    planned = {change.field for change in topic.safe_changes if operation_for(change) is operation}
    lacking = {change.field: change for change in differing if change.field in planned}
    if not lacking:
        return None
    return replace(topic, changes=tuple(lacking.get(change.field, change) for change in topic.changes))
