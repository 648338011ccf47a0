"""The report document, format version 1.1, as plain data; ``reconciler.report.schema`` has its JSON Schema.

Every key is always present; an absent value is ``null``. It holds nothing secret.
"""

from reconciler.report.document.audit import (
    Audit,
    AuditBaseline,
    Cause,
    DriftEntry,
    FormerDrift,
    OwnerCount,
    OwnerDrift,
    Waiver,
)
from reconciler.report.document.base import BaseChange, BaseIdentity
from reconciler.report.document.impact import Consent, Impact, Move, ReadingGroup, ReceivingBroker, Unmeasured
from reconciler.report.document.part import Error, Origin, Part, Place, Refusal, Variable, json_name
from reconciler.report.document.reassignment import PartitionMove, Reassignment
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
from reconciler.report.document.reviewed import Reviewed
from reconciler.report.document.topic import (
    Attempt,
    Change,
    Live,
    Objection,
    ReadBack,
    Recreated,
    Settings,
    Topic,
    UnmanagedTopic,
)
from reconciler.report.document.undo import NotRestored, Undo

__all__ = [
    "FORMAT_VERSION",
    "Attempt",
    "Audit",
    "AuditBaseline",
    "BaseChange",
    "BaseIdentity",
    "Cause",
    "Change",
    "Cluster",
    "Consent",
    "DiagnosticEntry",
    "DriftEntry",
    "Error",
    "FormerDrift",
    "Impact",
    "Live",
    "Manifest",
    "ManifestFile",
    "Move",
    "NotRestored",
    "Objection",
    "Origin",
    "OwnerCount",
    "OwnerDrift",
    "Part",
    "PartitionMove",
    "Place",
    "PlanIdentity",
    "ReadBack",
    "ReadingGroup",
    "Reassignment",
    "ReceivingBroker",
    "Recreated",
    "Refusal",
    "Report",
    "Reviewed",
    "RunSummary",
    "Settings",
    "Statistics",
    "Summary",
    "Tool",
    "Topic",
    "Undo",
    "UnmanagedTopic",
    "Unmeasured",
    "Variable",
    "Waiver",
    "json_name",
]
