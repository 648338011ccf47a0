"""What all parts of the report document share, and the parts that stand in several places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from reconciler.model import ErrorClass, RefusalKind


class Constraint:
    """What a value must satisfy, for the schema, in the words of pydantic's core schema; loads nothing of pydantic."""

    def __init__(self, **words: Any) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The hook that pydantic calls."""
        return {**handler(source), **self.words}


Sha256 = Annotated[str, Constraint(pattern="^[0-9a-f]{64}$")]
Digest = Annotated[str, Constraint(pattern="^sha256:[0-9a-f]{64}$")]
Commit = Annotated[str, Constraint(pattern="^[0-9a-f]{7,64}$")]
Code = Annotated[str, Constraint(pattern="^[a-z0-9-]+$")]
Count = Annotated[int, Constraint(ge=0)]
FromOne = Annotated[int, Constraint(ge=1)]
Seconds = Annotated[float, Constraint(ge=0)]
Moment = Annotated[datetime, Constraint(tz_constraint=0)]


def json_name(attribute: str) -> str:
    """The JSON key of an attribute: without the underscore that Python needs in ``class_``."""
    return attribute.removesuffix("_")


class Part:
    """A part of the document, with what pydantic needs to make the schema."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Any] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "alias_generator": json_name,
        "validate_by_name": False,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Part):
    """A place in a file, line and column from 1."""

    file: str
    line: FromOne
    column: FromOne


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Part):
    """An environment variable that a value comes from."""

    variable: str


Origin = Place | Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Part):
    """An error of a broker, of the Kafka client or of `reconciler`."""

    code: int
    """Kafka's protocol error code; below -1 a code of librdkafka; 0 for an error of `reconciler`."""
    name: str
    class_: ErrorClass
    message: str
    """The message of the broker, the client or `reconciler`."""
    remedy: str
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Part):
    """Why a topic, or a part of it, is not applied."""

    kind: RefusalKind
    """The kind of obstacle; later versions may have more kinds."""
    reason: str
    way_out: str
    """What to do instead."""
