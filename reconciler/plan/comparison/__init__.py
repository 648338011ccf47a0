"""Two sets of topics side by side: of manifests, of reports, or of clusters."""

from reconciler.plan.comparison.compare import Comparison, Different, NotCompared, Reason, compare
from reconciler.plan.comparison.side import Given, Kind, Side, Value, explicit_keys, of_live, of_manifest, of_run

__all__ = [
    "Comparison",
    "Different",
    "Given",
    "Kind",
    "NotCompared",
    "Reason",
    "Side",
    "Value",
    "compare",
    "explicit_keys",
    "of_live",
    "of_manifest",
    "of_run",
]
