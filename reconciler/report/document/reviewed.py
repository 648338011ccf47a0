"""The reviewed plan that an apply carries out, in the report document."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.report.document.part import Digest, Moment, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Part):
    """The plan of `apply --plan`: only what it shows was done."""

    file: str
    """Its file; `<stdin>` for standard input."""
    run_id: str
    """`run.id` of the plan's report."""
    made_at: Moment
    """`run.started_at` of the plan's report."""
    checksum: Digest
    """`plan.checksum` of the plan's report, as the file has it."""
