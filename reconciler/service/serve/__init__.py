"""The parts of ``reconciler serve``: audits at an interval, and what HTTP tells of them.

Nothing here connects to a cluster or can write to one: what makes an audit is passed in.
"""

from reconciler.service.serve.audits import Audit, Board, Known, keep_auditing
from reconciler.service.serve.metrics import Metrics
from reconciler.service.serve.page import PageSettings
from reconciler.service.serve.routes import application
from reconciler.service.serve.server import AddressUnavailable, Serving, listen, serving

__all__ = [
    "AddressUnavailable",
    "Audit",
    "Board",
    "Known",
    "Metrics",
    "PageSettings",
    "Serving",
    "application",
    "keep_auditing",
    "listen",
    "serving",
]
