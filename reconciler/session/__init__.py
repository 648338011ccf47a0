"""The pipeline for one manifest and one cluster: load, read, plan, validate, apply, record.

A session uses no command line, no terminal, no signals and no global state, so several may run at once in a process.
Sessions here only read; the one that writes is in ``reconciler.session.writing``, which reading commands cannot import.
"""

from reconciler.clock import TimeLimit
from reconciler.cluster.properties import ClientSettings
from reconciler.errors import ReconcilerError
from reconciler.model import Command, Record
from reconciler.session.control import Control
from reconciler.session.json_report import json_report
from reconciler.session.session import Session

__all__ = ["ClientSettings", "Command", "Control", "ReconcilerError", "Record", "Session", "TimeLimit", "json_report"]
