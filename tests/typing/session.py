"""The types of what ``reconciler.session`` exports.

An ignored error is a use that is refused: mypy complains about an ignore that it does not need.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import assert_type

from reconciler.errors import Diagnostic, Location, Severity, Variable
from reconciler.model import DesiredState, Permission, Plan
from reconciler.session import (
    ClientSettings,
    Command,
    Control,
    ReconcilerError,
    Record,
    Session,
    TimeLimit,
    json_report,
)
from reconciler.session.writing import Retries, WritingSession

SETTINGS = ClientSettings({"bootstrap.servers": "kafka-1:9092"})
LIMIT = TimeLimit(30, deadline=300)
RETRIES = Retries(most=3, delay=1.0)


def planned() -> None:
    with Session(Command.PLAN) as session:
        assert_type(session, Session)
        assert_type(session.load([Path("topics.yaml")], "prod", {"TEAM": "orders"}, only=["orders.*"]), DesiredState)
        assert_type(session.plan(Permission(creating=False)), Plan)
        session.load([Path("topics.yaml")], None, {})
        session.connect(SETTINGS, LIMIT)
        session.end(ReconcilerError())
        session.apply(RETRIES)  # type: ignore[attr-defined]
    assert_type(session.record, Record)


def applied() -> None:
    with WritingSession(Command.APPLY, control=Control(tell=print, log=logging.getLogger("orders"))) as session:
        assert_type(session, WritingSession)
        session.apply(RETRIES)
        session.apply()  # type: ignore[call-arg]
        session.apply(3)  # type: ignore[arg-type]


def recorded(record: Record) -> None:
    assert_type(record.exit_code, int)
    assert_type(record.started_at, datetime)
    assert_type(record.duration_seconds, float)
    assert_type(record.environment, str | None)
    assert_type(record.plan, Plan | None)
    assert_type(json_report(record), str)
    for diagnostic in record.diagnostics:
        assert_type(diagnostic, Diagnostic)
        assert_type(diagnostic.severity, Severity)
        assert_type(diagnostic.origin, Location | Variable | None)
    record.environment = "prod"  # type: ignore[misc]


def wrong(session: Session) -> None:
    Session("plan")  # type: ignore[arg-type]
    Session(Command.PLAN, Control())  # type: ignore[call-arg]
    Control(tell=len)  # type: ignore[arg-type]
    session.load(["topics.yaml"], None, {})  # type: ignore[list-item]
    session.load([Path("topics.yaml")], None)  # type: ignore[call-arg]
    session.connect({"bootstrap.servers": "kafka-1:9092"}, LIMIT)  # type: ignore[arg-type]
    session.connect(SETTINGS, 30)  # type: ignore[arg-type]
    session.plan(False)  # type: ignore[arg-type]
    session.record = session.record  # type: ignore[misc]
    TimeLimit("30s")  # type: ignore[arg-type]
    ClientSettings({"socket.timeout.ms": 1000})  # type: ignore[dict-item]
