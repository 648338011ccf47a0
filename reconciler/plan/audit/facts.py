"""What an audit knows besides the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model import Base, DesiredState, FormerAudit, FormerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The manifest, the time, and what earlier reports and a base tell, as far as there are any."""

    desired: DesiredState
    now: datetime
    former: FormerAudit | None = None
    former_ids: Mapping[str, FormerId] = field(default_factory=dict)
    base: Base | None = None
