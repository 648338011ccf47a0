"""Carrying a plan out: write in batches, retry transient errors, read every write back, record all of it."""

from reconciler.apply.execute import Execution
from reconciler.apply.ledger import Ledger
from reconciler.apply.log_lines import log_outcomes
from reconciler.apply.moving import is_awaited
from reconciler.apply.notes import notes
from reconciler.apply.retries import Retries

__all__ = ["Execution", "Ledger", "Retries", "is_awaited", "log_outcomes", "notes"]
