"""Undo of a former run: the state before it as a desired state, what changed since, and the patch of the manifest."""

from reconciler.plan.undo.lasting import not_restored, records_gone
from reconciler.plan.undo.patch import Patch, patch_of
from reconciler.plan.undo.since import without_changed_since
from reconciler.plan.undo.wanted import state_before

__all__ = ["Patch", "not_restored", "patch_of", "records_gone", "state_before", "without_changed_since"]
