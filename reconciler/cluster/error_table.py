"""Kafka's error codes as topic administration meets them: class, scope, what is known afterwards, what to do.

``KafkaError.retriable()`` says ``False`` of every admin error, so the classes are ours. Codes:
https://kafka.apache.org/protocol#protocol_error_codes; negative ones but -1 are librdkafka's own.
``docs/errors.md`` shows this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.model import EXPECTED, FATAL, RETRIABLE, ErrorClass

Scope = Literal["topic", "run"]

UNKNOWN_TOPIC = 3
INVALID_REPLICATION_FACTOR = 38


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What an error code means.

    ``outcome_known`` is false where a write may have happened all the same. A ``remedy`` may have the
    placeholder ``{permission}``: what the request needs. An error whose scope is the run hits every topic.
    """

    name: str
    error_class: ErrorClass
    remedy: str
    outcome_known: bool = True
    scope: Scope = "topic"
    is_of_batch: bool = False
    """Whether a request for fewer topics may be taken."""


@dataclass(frozen=True, slots=True)
class ByWords:
    """What only the broker's words tell of an error: its message matches ``pattern``."""

    codes: frozenset[int]
    pattern: str
    error_class: ErrorClass
    remedy: str
    is_of_batch: bool = False


ELSE = ErrorKind("any other", FATAL, "see the broker's message and its log; reconciler does not know this error")
"""A code that the table does not have is never retried blindly."""

_ELECTION = "a leader is being elected or has moved; it passes by itself, or a broker is down"
_MOVED = "the controller has moved; it passes by itself, or the controllers have no majority"
_COORDINATOR = "a coordinator is loading or moving; it passes by itself"
_CREDENTIALS = "correct sasl.mechanism, sasl.username and sasl.password"
_OUR_DEFECT = "this looks like a defect of reconciler; please report it"
_TOO_OLD = "upgrade the broker: it is too old for this request, or has it turned off"
_CONNECTION = "check the network and the broker's health; raise --timeout if the broker is only slow"
_UNREADABLE_ANSWER = "the client could not read the broker's answer: see what stands between them"
_QUEUED = "the client could not send it in time: check the network; if it is only slow, raise --timeout"

ERRORS: dict[int, ErrorKind] = {
    -1: ErrorKind(
        "UNKNOWN_SERVER_ERROR", RETRIABLE, "look into the broker's log: it failed inside", outcome_known=False
    ),
    3: ErrorKind(
        "UNKNOWN_TOPIC_OR_PARTITION",
        RETRIABLE,
        "the topic is not visible yet, was deleted meanwhile, or needs the permission DESCRIBE to be seen",
    ),
    5: ErrorKind("LEADER_NOT_AVAILABLE", RETRIABLE, _ELECTION),
    6: ErrorKind("NOT_LEADER_OR_FOLLOWER", RETRIABLE, _ELECTION),
    7: ErrorKind(
        "REQUEST_TIMED_OUT",
        RETRIABLE,
        "the broker needed longer than it was given: see what slows it down; if it is only busy, raise --timeout",
        outcome_known=False,
    ),
    8: ErrorKind("BROKER_NOT_AVAILABLE", RETRIABLE, "start the broker that is down"),
    9: ErrorKind("REPLICA_NOT_AVAILABLE", RETRIABLE, "start the broker that has the missing replica"),
    11: ErrorKind("STALE_CONTROLLER_EPOCH", RETRIABLE, _MOVED),
    13: ErrorKind("NETWORK_EXCEPTION", RETRIABLE, _CONNECTION, outcome_known=False),
    14: ErrorKind("COORDINATOR_LOAD_IN_PROGRESS", RETRIABLE, _COORDINATOR),
    15: ErrorKind("COORDINATOR_NOT_AVAILABLE", RETRIABLE, _COORDINATOR),
    16: ErrorKind("NOT_COORDINATOR", RETRIABLE, _COORDINATOR),
    17: ErrorKind(
        "INVALID_TOPIC_EXCEPTION", FATAL, "rename the topic: Kafka does not take this name, or it collides with another"
    ),
    29: ErrorKind("TOPIC_AUTHORIZATION_FAILED", FATAL, "grant this principal {permission}"),
    31: ErrorKind(
        "CLUSTER_AUTHORIZATION_FAILED",
        FATAL,
        "grant this principal {permission}, or the same on the cluster",
        scope="run",
    ),
    33: ErrorKind("UNSUPPORTED_SASL_MECHANISM", FATAL, "set sasl.mechanism to one that the broker offers", scope="run"),
    34: ErrorKind("ILLEGAL_SASL_STATE", FATAL, _CREDENTIALS, scope="run"),
    35: ErrorKind("UNSUPPORTED_VERSION", FATAL, _TOO_OLD, scope="run"),
    36: ErrorKind(
        "TOPIC_ALREADY_EXISTS", EXPECTED, "somebody created the topic meanwhile; run plan to see how it differs"
    ),
    37: ErrorKind("INVALID_PARTITIONS", FATAL, "correct partitions: Kafka never removes any, and needs at least one"),
    38: ErrorKind(
        "INVALID_REPLICATION_FACTOR", FATAL, "lower replication_factor, or add brokers: it needs one for each replica"
    ),
    39: ErrorKind("INVALID_REPLICA_ASSIGNMENT", FATAL, "start the brokers that the replicas belong on"),
    40: ErrorKind("INVALID_CONFIG", FATAL, "correct the setting that the broker's message names"),
    41: ErrorKind("NOT_CONTROLLER", RETRIABLE, _MOVED),
    42: ErrorKind("INVALID_REQUEST", FATAL, _OUR_DEFECT),
    44: ErrorKind(
        "POLICY_VIOLATION",
        FATAL,
        "keep to what the cluster's create.topic.policy or alter.config.policy allows; its message says what",
    ),
    54: ErrorKind("SECURITY_DISABLED", FATAL, "the broker has no authorizer; turn on security there", scope="run"),
    55: ErrorKind("OPERATION_NOT_ATTEMPTED", RETRIABLE, "another part of the same request failed first"),
    56: ErrorKind("KAFKA_STORAGE_ERROR", RETRIABLE, "see the broker's log: one of its disks has a problem"),
    58: ErrorKind("SASL_AUTHENTICATION_FAILED", FATAL, _CREDENTIALS, scope="run"),
    60: ErrorKind("REASSIGNMENT_IN_PROGRESS", RETRIABLE, "wait until the topic's reassignment has ended"),
    72: ErrorKind("LISTENER_NOT_FOUND", RETRIABLE, "give every broker the listener that this client uses"),
    73: ErrorKind("TOPIC_DELETION_DISABLED", FATAL, "set delete.topic.enable=true on the brokers", scope="run"),
    77: ErrorKind("STALE_BROKER_EPOCH", RETRIABLE, _MOVED),
    85: ErrorKind("NO_REASSIGNMENT_IN_PROGRESS", FATAL, _OUR_DEFECT),
    86: ErrorKind("GROUP_SUBSCRIBED_TO_TOPIC", FATAL, _OUR_DEFECT),
    89: ErrorKind(
        "THROTTLING_QUOTA_EXCEEDED",
        RETRIABLE,
        "the quota controller_mutation_rate limits how fast topics may change: raise it, or --retries",
    ),
    91: ErrorKind("RESOURCE_NOT_FOUND", FATAL, _OUR_DEFECT),
    92: ErrorKind("DUPLICATE_RESOURCE", FATAL, _OUR_DEFECT),
    100: ErrorKind("UNKNOWN_TOPIC_ID", RETRIABLE, _ELECTION),
    -150: ErrorKind("_FATAL", FATAL, "see the message: the Kafka client cannot go on", scope="run"),
    -153: ErrorKind("_RETRY", RETRIABLE, _QUEUED),
    -155: ErrorKind("_UNDERFLOW", RETRIABLE, _UNREADABLE_ANSWER, outcome_known=False, is_of_batch=True),
    -164: ErrorKind("_WAIT_CACHE", RETRIABLE, _QUEUED),
    -165: ErrorKind("_UNSUPPORTED_FEATURE", FATAL, _TOO_OLD, scope="run"),
    -166: ErrorKind("_TIMED_OUT_QUEUE", RETRIABLE, _QUEUED),
    -169: ErrorKind("_AUTHENTICATION", FATAL, _CREDENTIALS, scope="run"),
    -170: ErrorKind("_NOT_IMPLEMENTED", FATAL, _OUR_DEFECT),
    -172: ErrorKind("_STATE", FATAL, _OUR_DEFECT),
    -173: ErrorKind("_CONFLICT", FATAL, _OUR_DEFECT),
    -177: ErrorKind("_PREV_IN_PROGRESS", RETRIABLE, _QUEUED),
    -178: ErrorKind("_IN_PROGRESS", RETRIABLE, _QUEUED),
    -180: ErrorKind("_WAIT_COORD", RETRIABLE, _COORDINATOR),
    -181: ErrorKind(
        "_SSL",
        FATAL,
        "set ssl.ca.location to the certificate authority's file, and compare the ssl.* settings",
        scope="run",
    ),
    -185: ErrorKind("_TIMED_OUT", RETRIABLE, _CONNECTION, outcome_known=False),
    -186: ErrorKind("_INVALID_ARG", FATAL, _OUR_DEFECT),
    -187: ErrorKind("_ALL_BROKERS_DOWN", RETRIABLE, "start the brokers, or check the network"),
    -193: ErrorKind("_RESOLVE", RETRIABLE, "check the host's name: it must resolve on this machine"),
    -195: ErrorKind("_TRANSPORT", RETRIABLE, _CONNECTION, outcome_known=False),
    -197: ErrorKind("_DESTROY", FATAL, _OUR_DEFECT, outcome_known=False, scope="run"),
    -199: ErrorKind("_BAD_MSG", RETRIABLE, _UNREADABLE_ANSWER, outcome_known=False, is_of_batch=True),
}
"""Sorted by number, brokers' codes first."""


START_BROKERS = "start the brokers that are down"

BY_WORDS = (
    ByWords(
        frozenset({42, 44}),
        "[Ee]xcessively large",
        FATAL,
        "give the topic fewer partitions: it is too large for any request",
        is_of_batch=True,
    ),
    ByWords(
        frozenset({37}),
        "already has",
        EXPECTED,
        "somebody changed the partitions meanwhile; run plan to see how the topic differs",
    ),
    ByWords(
        frozenset({37}),
        "would not be an increase",
        EXPECTED,
        "somebody changed the partitions meanwhile; run plan to see how the topic differs",
    ),
    ByWords(frozenset({38, 39}), "fenced", RETRIABLE, START_BROKERS),
)


def kind_of(code: int) -> ErrorKind:
    """What ``code`` means, whatever integer it is."""
    return ERRORS.get(code, ELSE)
