"""Carrying a plan out: write in batches, read every write back, keep account of it all."""

from reconciler.apply.execute import execute
from reconciler.apply.ledger import Ledger

__all__ = ["Ledger", "execute"]
