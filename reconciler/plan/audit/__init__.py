"""Drift: what differs from the manifest, since when, why, and whether somebody accepts it."""

from reconciler.plan.audit.audit import Facts, audited
from reconciler.plan.audit.notes import audit_notes

__all__ = ["Facts", "audit_notes", "audited"]
