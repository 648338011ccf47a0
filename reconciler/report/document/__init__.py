"""The report document, format version 1.0, as plain data; ``reconciler.report.schema`` has its JSON Schema.

Every key is always present; an absent value is ``null``. It holds nothing secret.
"""

from reconciler.report.document.impact import Consent, Impact, ReadingGroup, Unmeasured
from reconciler.report.document.part import Error, Origin, Part, Place, Refusal, Variable, json_name
from reconciler.report.document.report import (
    FORMAT_VERSION,
    Cluster,
    DiagnosticEntry,
    Manifest,
    ManifestFile,
    PlanIdentity,
    Report,
    RunSummary,
    Statistics,
    Summary,
    Tool,
)
from reconciler.report.document.topic import (
    Attempt,
    Change,
    Live,
    Objection,
    ReadBack,
    Settings,
    Topic,
    UnmanagedTopic,
)

__all__ = [
    "FORMAT_VERSION",
    "Attempt",
    "Change",
    "Cluster",
    "Consent",
    "DiagnosticEntry",
    "Error",
    "Impact",
    "Live",
    "Manifest",
    "ManifestFile",
    "Objection",
    "Origin",
    "Part",
    "Place",
    "PlanIdentity",
    "ReadBack",
    "ReadingGroup",
    "Refusal",
    "Report",
    "RunSummary",
    "Settings",
    "Statistics",
    "Summary",
    "Tool",
    "Topic",
    "UnmanagedTopic",
    "Unmeasured",
    "Variable",
    "json_name",
]
