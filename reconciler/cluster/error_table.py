"""Kafka's error codes in topic administration: class, scope, what is known of the outcome, remedy.

``KafkaError.retriable()`` is ``False`` for every admin error, so the classes are ours. Codes:
https://kafka.apache.org/protocol#protocol_error_codes; negative ones but -1 are librdkafka's own.
``docs/errors.md`` shows this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.model import EXPECTED, FATAL, RETRIABLE, ErrorClass

Scope = Literal["topic", "run"]

UNKNOWN_TOPIC = 3
GROUP_AUTHORIZATION_FAILED = 30
INVALID_REPLICATION_FACTOR = 38
NO_REASSIGNMENT_IN_PROGRESS = 85


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What an error code means.

    ``outcome_known`` is false where the write may have been applied. A ``remedy`` may contain the placeholder
    ``{permission}``: the permission that the request needs. An error with the scope ``run`` affects every topic.
    """

    name: str
    error_class: ErrorClass
    remedy: str
    outcome_known: bool = True
    scope: Scope = "topic"
    is_of_batch: bool = False
    """Whether the broker may accept a request with fewer topics."""


@dataclass(frozen=True, slots=True)
class ByWords:
    """A meaning that only the broker's message shows: the message matches ``pattern``."""

    codes: frozenset[int]
    pattern: str
    error_class: ErrorClass
    remedy: str
    is_of_batch: bool = False


ELSE = ErrorKind("any other", FATAL, "reconciler does not know this error; check the broker's message and log")
"""A code that is not in the table is not retried."""

_ELECTION = "a leader is being elected or has moved; usually clears on its own, unless a broker is down"
_MOVED = "the controller has moved; usually clears on its own, unless the controllers have no majority"
_COORDINATOR = "a coordinator is loading or moving; usually clears on its own"
_CREDENTIALS = "check sasl.mechanism, sasl.username and sasl.password"
_OUR_DEFECT = "this looks like a defect of reconciler; please report it"
_TOO_OLD = "the broker does not support this request; upgrade the broker, or enable the feature there"
_CONNECTION = "check the network and the broker's health; raise --timeout if the broker is only slow"
_UNREADABLE_ANSWER = (
    "the client cannot read the broker's response; check what is between client and broker, such as a proxy"
)
_QUEUED = "the client could not send the request in time; check the network, or raise --timeout if the network is slow"

ERRORS: dict[int, ErrorKind] = {
    -1: ErrorKind(
        "UNKNOWN_SERVER_ERROR", RETRIABLE, "internal broker error; check the broker's log", outcome_known=False
    ),
    3: ErrorKind(
        "UNKNOWN_TOPIC_OR_PARTITION",
        RETRIABLE,
        "the topic is not visible yet, was deleted, or this principal lacks DESCRIBE on the topic",
    ),
    5: ErrorKind("LEADER_NOT_AVAILABLE", RETRIABLE, _ELECTION),
    6: ErrorKind("NOT_LEADER_OR_FOLLOWER", RETRIABLE, _ELECTION),
    7: ErrorKind(
        "REQUEST_TIMED_OUT",
        RETRIABLE,
        "the broker did not finish in time; check its load, or raise --timeout if the broker is only busy",
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
        "INVALID_TOPIC_EXCEPTION",
        FATAL,
        "rename the topic: the name is invalid, or collides with another topic ('.' and '_' count as equal)",
    ),
    29: ErrorKind("TOPIC_AUTHORIZATION_FAILED", FATAL, "grant this principal {permission}"),
    GROUP_AUTHORIZATION_FAILED: ErrorKind("GROUP_AUTHORIZATION_FAILED", FATAL, "grant this principal {permission}"),
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
        "TOPIC_ALREADY_EXISTS", EXPECTED, "someone else created the topic meanwhile; run plan to see the differences"
    ),
    37: ErrorKind(
        "INVALID_PARTITIONS",
        FATAL,
        "correct partitions: use at least 1; the partitions of an existing topic can only increase",
    ),
    38: ErrorKind(
        "INVALID_REPLICATION_FACTOR",
        FATAL,
        "lower replication_factor, or add brokers: each replica needs a broker of its own",
    ),
    39: ErrorKind("INVALID_REPLICA_ASSIGNMENT", FATAL, "start the brokers that the replicas are assigned to"),
    40: ErrorKind("INVALID_CONFIG", FATAL, "fix or remove the config key that the broker's message names"),
    41: ErrorKind("NOT_CONTROLLER", RETRIABLE, _MOVED),
    42: ErrorKind("INVALID_REQUEST", FATAL, _OUR_DEFECT),
    44: ErrorKind(
        "POLICY_VIOLATION",
        FATAL,
        "change the topic to satisfy create.topic.policy or alter.config.policy of the cluster; see its message",
    ),
    54: ErrorKind(
        "SECURITY_DISABLED", FATAL, "the broker has no authorizer; configure authorizer.class.name there", scope="run"
    ),
    55: ErrorKind("OPERATION_NOT_ATTEMPTED", RETRIABLE, "another part of the same request failed first"),
    56: ErrorKind("KAFKA_STORAGE_ERROR", RETRIABLE, "a disk of a broker failed; check the broker's log"),
    58: ErrorKind("SASL_AUTHENTICATION_FAILED", FATAL, _CREDENTIALS, scope="run"),
    60: ErrorKind(
        "REASSIGNMENT_IN_PROGRESS", RETRIABLE, "wait until the reassignment of the topic's partitions has finished"
    ),
    72: ErrorKind("LISTENER_NOT_FOUND", RETRIABLE, "configure the listener that this client uses on every broker"),
    73: ErrorKind("TOPIC_DELETION_DISABLED", FATAL, "set delete.topic.enable=true on the brokers", scope="run"),
    77: ErrorKind("STALE_BROKER_EPOCH", RETRIABLE, _MOVED),
    NO_REASSIGNMENT_IN_PROGRESS: ErrorKind(
        "NO_REASSIGNMENT_IN_PROGRESS", EXPECTED, "the replicas were in place before that could be taken back"
    ),
    86: ErrorKind("GROUP_SUBSCRIBED_TO_TOPIC", FATAL, _OUR_DEFECT),
    89: ErrorKind(
        "THROTTLING_QUOTA_EXCEEDED",
        RETRIABLE,
        "the quota controller_mutation_rate limits topic changes; raise the quota, or --retries",
    ),
    91: ErrorKind("RESOURCE_NOT_FOUND", FATAL, _OUR_DEFECT),
    92: ErrorKind("DUPLICATE_RESOURCE", FATAL, _OUR_DEFECT),
    100: ErrorKind("UNKNOWN_TOPIC_ID", RETRIABLE, _ELECTION),
    -150: ErrorKind("_FATAL", FATAL, "the Kafka client cannot continue; see the message", scope="run"),
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
        "set ssl.ca.location to the certificate authority's file, and check the other ssl.* properties",
        scope="run",
    ),
    -185: ErrorKind("_TIMED_OUT", RETRIABLE, _CONNECTION, outcome_known=False),
    -186: ErrorKind("_INVALID_ARG", FATAL, _OUR_DEFECT),
    -187: ErrorKind("_ALL_BROKERS_DOWN", RETRIABLE, "start the brokers, or check the network"),
    -193: ErrorKind("_RESOLVE", RETRIABLE, "check the host name: it must resolve on this machine"),
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
        "lower partitions: the topic is too large for one request",
        is_of_batch=True,
    ),
    ByWords(
        frozenset({37}),
        "already has",
        EXPECTED,
        "someone else changed the partitions meanwhile; run plan to see the differences",
    ),
    ByWords(
        frozenset({37}),
        "would not be an increase",
        EXPECTED,
        "someone else changed the partitions meanwhile; run plan to see the differences",
    ),
    ByWords(frozenset({38, 39}), "fenced", RETRIABLE, START_BROKERS),
)


def kind_of(code: int) -> ErrorKind:
    """What ``code`` means; ``ELSE`` for a code that is not in the table."""
    return ERRORS.get(code, ELSE)
