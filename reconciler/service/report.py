"""What ``ensure_topics`` returns, and what it raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.errors import Diagnostic, ReconcilerError, Severity
from reconciler.model import Operation, Record
from reconciler.printable import escaped, escaped_hint
from reconciler.service.arguments import Arguments
from reconciler.service.health import topic_health
from reconciler.service.readiness import in_python
from reconciler.session import json_report

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsReport:
    """What ``ensure_topics`` found and did. Topics are named in alphabetical order."""

    record: Record
    """Everything that is known of the run: its plan, outcomes, requests, durations and diagnostics."""
    arguments: Arguments = field(repr=False, compare=False)
    """What ``ensure_topics`` was asked for."""
    is_ready: bool
    """Whether the service can start."""

    @property
    def required(self) -> Sequence[str]:
        """The topics that the service needs; none where the manifest could not be read."""
        return topic_health(self.record)["required"]

    @property
    def created(self) -> Sequence[str]:
        """The topics that this call created."""
        outcomes = self.record.outcomes
        return sorted(name for name, outcome in outcomes.items() if outcome.made(Operation.CREATE_TOPICS))

    @property
    def existing(self) -> Sequence[str]:
        """The required topics that exist now, created or not."""
        return topic_health(self.record)["existing"]

    @property
    def missing(self) -> Sequence[str]:
        """The required topics that do not exist."""
        return topic_health(self.record)["missing"]

    @property
    def mismatched(self) -> Sequence[str]:
        """The topics of ``existing`` that differ in a count or a config. They were not changed."""
        return topic_health(self.record)["mismatched"]

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        """What the service may want to know: differences, topics that only its group reads, doubtful settings."""
        return [each for each in self.record.diagnostics if each.severity is Severity.WARNING]

    @property
    def problems(self) -> Sequence[Diagnostic]:
        """Why the service cannot start; none where ``is_ready``."""
        return [] if self.is_ready else [each for each in self.record.diagnostics if each.severity is Severity.ERROR]

    def to_json(self) -> str:
        """The JSON report of reports.md, as the commands write it."""
        return json_report(self.record)


class TopicsNotReady(ReconcilerError):
    """Topics that a service needs are not there. Its message says which, why, and what to do."""

    def __init__(self, report: TopicsReport) -> None:
        super().__init__(*report.problems)
        self.report = report
        """What was found and done."""

    def __str__(self) -> str:
        """The number of topics that are not ready, and each problem with what to do."""
        return "\n".join(_words(self.report))


def _words(report: TopicsReport) -> Iterator[str]:
    required, problems = report.required, report.problems
    concerned = {each.topic for each in problems if each.topic is not None} & set(required)
    if all(each.topic is not None for each in problems) and concerned:
        number = len(concerned)
        yield f"{number} of {len(required)} topics {'is' if number == 1 else 'are'} not ready"
    elif required:
        more = f" and {len(required) - _SHOWN} more" if len(required) > _SHOWN else ""
        yield f"cannot make sure that these topics exist: {', '.join(required[:_SHOWN])}{more}"
    else:
        yield "cannot make sure that the topics exist"
    for each in problems[:_SHOWN]:
        where = f"{each.origin}: " if each.origin is not None and str(each.origin) not in each.message else ""
        yield f"  {escaped(f'{where}{in_python(each.message)}')}"
        if each.hint:
            yield f"    {escaped_hint(in_python(each.hint))}"
    if len(problems) > _SHOWN:
        yield f"  and {len(problems) - _SHOWN} more problems"
