"""On which brokers the replicas of a topic go when their number changes. Pure, and the same for the same cluster."""

from reconciler.plan.placement.brokers import Brokers
from reconciler.plan.placement.new import new_partitions
from reconciler.plan.placement.placed import CannotPlace, placed

__all__ = ["Brokers", "CannotPlace", "new_partitions", "placed"]
