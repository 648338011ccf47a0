"""What a connection is checked for."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What the principal is to do: ``plan`` reads, a service creates its missing topics, ``apply`` does everything."""

    PLAN = "plan"
    SERVICE = "service"
    APPLY = "apply"

    def covers(self, other: Purpose) -> bool:
        """Whether who does this does the ``other`` too."""
        order = list(Purpose)
        return order.index(other) <= order.index(self)
