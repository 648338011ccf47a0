"""Why something is not done that the manifest wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.failure import KafkaFailure


class RefusalKind(StrEnum):
    """Who or what stands in the way."""

    IMPOSSIBLE = "impossible"
    """Kafka has no way to do it."""
    BROKER = "broker"
    """The broker would refuse it, and was asked."""
    CLIENT = "client"
    """The Kafka client would not send it."""
    CREATION_OFF = "creation-off"
    """This run may not create topics."""
    STALE = "stale"
    """Somebody else made, changed or deleted the topic after it was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something is not done, and what to do instead; ``failure`` is what a broker or the client said."""

    kind: RefusalKind
    reason: str
    way_out: str
    failure: KafkaFailure | None = None

    @classmethod
    def by(cls, failure: KafkaFailure) -> Refusal:
        """What a broker or the client refuses, in its words."""
        kind = RefusalKind.BROKER if failure.from_broker else RefusalKind.CLIENT
        return cls(kind=kind, reason=failure.message, way_out=failure.remedy, failure=failure)
