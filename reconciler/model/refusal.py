"""Why something in the manifest is not applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.failure import KafkaFailure


class RefusalKind(StrEnum):
    """The kind of obstacle."""

    IMPOSSIBLE = "impossible"
    """Kafka cannot do it."""
    BROKER = "broker"
    """The broker rejects it."""
    CLIENT = "client"
    """The Kafka client does not send it."""
    CREATION_OFF = "creation-off"
    """Creating topics is turned off."""
    CREATING_ONLY = "creating-only"
    """The run creates missing topics, and leaves those that exist as they are."""
    NEEDS_CONSENT = "needs-consent"
    """It is risky, and nobody has consented to it."""
    PROTECTED = "protected"
    """It is risky, and the topic is protected."""
    LIMIT = "limit"
    """The run would change more topics than the policy permits."""
    POLICY = "policy"
    """It violates the policy."""
    STALE = "stale"
    """Somebody else created, changed or deleted the topic after it was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something is not applied, and what to do instead; ``failure`` is the error of the broker or the client."""

    kind: RefusalKind
    reason: str
    way_out: str
    failure: KafkaFailure | None = None

    @classmethod
    def by(cls, failure: KafkaFailure) -> Refusal:
        """The refusal of a broker or of the client."""
        kind = RefusalKind.BROKER if failure.from_broker else RefusalKind.CLIENT
        return cls(kind=kind, reason=failure.message, way_out=failure.remedy, failure=failure)
