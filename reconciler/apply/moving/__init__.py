"""Replicas moved: asked for in portions, and watched until they are there. The cluster copies in its own time."""

from reconciler.apply.moving.ask import MovesReplicas
from reconciler.apply.moving.run import Moving
from reconciler.apply.moving.wanted import are_replicas_there, is_awaited

__all__ = ["MovesReplicas", "Moving", "are_replicas_there", "is_awaited"]
