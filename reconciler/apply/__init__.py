"""Carrying a plan out: write in batches, retry what passes, read every write back, keep account of it all."""

from reconciler.apply.execute import Execution
from reconciler.apply.ledger import Ledger
from reconciler.apply.log_lines import log_outcomes
from reconciler.apply.retries import Retries

__all__ = ["Execution", "Ledger", "Retries", "log_outcomes"]
