"""Steps: the kinds of writes that carry a plan out. Each file has all there is to know of one kind."""

from __future__ import annotations

from reconciler.model import STATE, Difference, Operation
from reconciler.plan.steps.alter_configs import AlterConfigs
from reconciler.plan.steps.create_partitions import CreatePartitions
from reconciler.plan.steps.create_topics import CreateTopics
from reconciler.plan.steps.delete_topics import DeleteTopics
from reconciler.plan.steps.step import Answers, Step, TakesRequests

__all__ = ["Answers", "Step", "TakesRequests", "operation_for", "step_of"]

_CREATE_TOPICS, _CREATE_PARTITIONS = CreateTopics(), CreatePartitions()
_ALTER_CONFIGS, _DELETE_TOPICS = AlterConfigs(), DeleteTopics()


def step_of(operation: Operation) -> Step:
    """The step that ``operation`` names. Operations are listed in the order in which their steps are taken."""
    match operation:
        case Operation.CREATE_TOPICS:
            return _CREATE_TOPICS
        case Operation.CREATE_PARTITIONS:
            return _CREATE_PARTITIONS
        case Operation.ALTER_CONFIGS:
            return _ALTER_CONFIGS
        case Operation.DELETE_TOPICS:
            return _DELETE_TOPICS


def operation_for(difference: Difference) -> Operation:
    """The request that removes ``difference`` from a topic that exists."""
    if difference.field == STATE:
        return Operation.DELETE_TOPICS
    return Operation.ALTER_CONFIGS if difference.config_key is not None else Operation.CREATE_PARTITIONS
