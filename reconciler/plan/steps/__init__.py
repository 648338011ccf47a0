"""Steps: the kinds of writes that carry a plan out. Each file has all there is to know of one kind."""

from __future__ import annotations

from reconciler.model import STATE, Difference, Drift, FieldChange, Operation, TopicPlan
from reconciler.plan.steps.alter_configs import AlterConfigs
from reconciler.plan.steps.create_partitions import CreatePartitions
from reconciler.plan.steps.create_topics import CreateTopics
from reconciler.plan.steps.delete_topics import DeleteTopics
from reconciler.plan.steps.move_replicas import MoveReplicas, moves_of, waits_for_replicas
from reconciler.plan.steps.step import REPLICATION_FACTOR, Answers, RequestStep, Step, TakesRequests

__all__ = [
    "Answers",
    "RequestStep",
    "Step",
    "TakesRequests",
    "moves_of",
    "operation_for",
    "request_step_of",
    "step_of",
]


def _waits_not(topic: Drift, change: FieldChange) -> bool:
    return not waits_for_replicas(topic, change)


_CREATE_TOPICS, _CREATE_PARTITIONS, _MOVE_REPLICAS = CreateTopics(), CreatePartitions(), MoveReplicas()
_ALTER_CONFIGS, _ALTER_CONFIGS_AFTER_MOVES = AlterConfigs(_waits_not), AlterConfigs(waits_for_replicas)
_DELETE_TOPICS = DeleteTopics()


def step_of(operation: Operation) -> Step:
    """The step that ``operation`` names. Operations are listed in the order in which their steps are taken."""
    return request_step_of(operation) or _MOVE_REPLICAS


def request_step_of(operation: Operation) -> RequestStep | None:
    """The same, where it is a single request for many topics."""
    match operation:
        case Operation.CREATE_TOPICS:
            return _CREATE_TOPICS
        case Operation.CREATE_PARTITIONS:
            return _CREATE_PARTITIONS
        case Operation.ALTER_CONFIGS:
            return _ALTER_CONFIGS
        case Operation.MOVE_REPLICAS:
            return None
        case Operation.ALTER_CONFIGS_AFTER_MOVES:
            return _ALTER_CONFIGS_AFTER_MOVES
        case Operation.DELETE_TOPICS:
            return _DELETE_TOPICS


def operation_for(topic: TopicPlan, difference: Difference) -> Operation:
    """The operation that removes ``difference`` from a ``topic`` that exists."""
    if difference.field == STATE:
        return Operation.DELETE_TOPICS
    if difference.field == REPLICATION_FACTOR:
        return Operation.MOVE_REPLICAS
    if difference.config_key is None:
        return Operation.CREATE_PARTITIONS
    later = {each.field for each in _ALTER_CONFIGS_AFTER_MOVES.changes(topic)}
    return Operation.ALTER_CONFIGS_AFTER_MOVES if difference.field in later else Operation.ALTER_CONFIGS
