"""What failed, to its part of the report document."""

from __future__ import annotations

from reconciler.model import KafkaFailure
from reconciler.report import document


def build_error(failure: KafkaFailure | None) -> document.Error | None:
    """The part of the document about what failed."""
    if failure is None:
        return None
    return document.Error(
        code=failure.code, name=failure.name, class_=failure.error_class, message=failure.message, remedy=failure.remedy
    )
