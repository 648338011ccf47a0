"""The nouns: desired state, live state, plan, outcome, record.

Config values are strings in the broker's canonical spelling (see ``reconciler.configs``); an absent value is ``None``.
Everything is immutable and sorted, so the same input gives the same output.
"""

from reconciler.model.desired import (
    ALWAYS_IGNORED,
    ClusterReference,
    DesiredState,
    ManifestFile,
    Policy,
    Source,
    TopicSpec,
)
from reconciler.model.failure import EXPECTED, FATAL, RETRIABLE, ErrorClass, KafkaFailure
from reconciler.model.live import INTERNAL_TOPICS, LiveBroker, LivePartition, LiveState, LiveTopic
from reconciler.model.outcome import Attempt, Operation, Outcome, TopicStatus, Verification
from reconciler.model.plan import (
    Action,
    Create,
    Decision,
    Difference,
    Drift,
    FieldChange,
    InSync,
    Plan,
    Refused,
    Safe,
    TopicPlan,
    Unreadable,
    changes_of,
    live_of,
    objections_of,
    refusal_of,
    unchecked_of,
)
from reconciler.model.query import Facet, Query
from reconciler.model.record import Command, Record, RunStatus, is_trouble
from reconciler.model.refusal import Refusal, RefusalKind

__all__ = [
    "ALWAYS_IGNORED",
    "EXPECTED",
    "FATAL",
    "INTERNAL_TOPICS",
    "RETRIABLE",
    "Action",
    "Attempt",
    "ClusterReference",
    "Command",
    "Create",
    "Decision",
    "DesiredState",
    "Difference",
    "Drift",
    "ErrorClass",
    "Facet",
    "FieldChange",
    "InSync",
    "KafkaFailure",
    "LiveBroker",
    "LivePartition",
    "LiveState",
    "LiveTopic",
    "ManifestFile",
    "Operation",
    "Outcome",
    "Plan",
    "Policy",
    "Query",
    "Record",
    "Refusal",
    "RefusalKind",
    "Refused",
    "RunStatus",
    "Safe",
    "Source",
    "TopicPlan",
    "TopicSpec",
    "TopicStatus",
    "Unreadable",
    "Verification",
    "changes_of",
    "is_trouble",
    "live_of",
    "objections_of",
    "refusal_of",
    "unchecked_of",
]
