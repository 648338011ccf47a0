"""The report as text for people: signs, before → after, places, a summary line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from click import style

from reconciler.report.document import Change, Origin, Report, Topic, Variable

_SIGNS: dict[str, tuple[str, str]] = {
    "create": ("+", "green"),
    "drift": ("~", "yellow"),
    "unreadable": ("?", "red"),
}
_STATUS_COLOURS = {"applied": "green", "failed": "red", "unknown": "red", "refused": "magenta", "not_attempted": "red"}


def render_text(report: Report) -> str:
    """What the command has to say on standard output."""
    render = _RENDERERS[report.command]
    return "".join(f"{line}\n" for line in render(report))


def render_plan(report: Report) -> Iterator[str]:
    """What would change, topic by topic, unchanged ones as a count."""
    if report.cluster is None:
        return
    brokers = "1 broker" if report.cluster.brokers == 1 else f"{report.cluster.brokers} brokers"
    environment = f", environment {report.environment}" if report.environment else ""
    yield f"Plan for {report.cluster.bootstrap_servers} (cluster {report.cluster.id}, {brokers}){environment}"
    yield ""
    for topic in report.topics:
        if topic.action != "skip":
            yield from _topic(topic)
            yield ""
    yield _plan_summary(report)


def render_result(report: Report) -> Iterator[str]:
    """What came of an apply, topic by topic."""
    if report.plan is None:
        return
    for topic in report.topics:
        if topic.status == "unchanged":
            continue
        verified = f", {topic.verification.status.replace('_', ' ')}" if topic.verification else ""
        status = style(topic.status.replace("_", " "), fg=_STATUS_COLOURS.get(topic.status))
        yield f"{topic.name}: {status}{verified}"
        if topic.error is not None:
            yield f"    {topic.error.name}: {topic.error.message}"
            yield f"    {topic.error.remedy}"
        for change in topic.changes:
            if change.status not in {topic.status, "applied"} or change.reason:
                yield f"    {change.field}: {change.status.replace('_', ' ')}"
    summary = report.summary
    done = f"{_count(summary.applied, 'topic')} applied, {summary.skip} unchanged"
    troubles = {name: getattr(summary, name) for name in ("refused", "failed", "unknown")}
    troubles["not attempted"] = sum(topic.status == "not_attempted" for topic in report.topics)
    yield f"Apply: {done}{''.join(f', {number} {name}' for name, number in troubles.items() if number)}."


def render_validation(report: Report) -> Iterator[str]:
    """A word of success; what is wrong goes to standard error."""
    if report.run.status == "ok" and report.manifest is not None:
        paths = [file.path for file in report.manifest.files]
        yield f"{' with '.join(paths) if len(paths) <= _NAMED_FILES else f'{len(paths)} files'}: valid"


_NAMED_FILES = 3

_RENDERERS: dict[str, Callable[[Report], Iterator[str]]] = {
    "validate": render_validation,
    "plan": render_plan,
    "apply": render_result,
}


def _topic(topic: Topic) -> Iterator[str]:
    sign, colour = _SIGNS[topic.action]
    owner = f"  ({topic.owner})" if topic.owner else ""
    place = style(_place(topic.origin), dim=True)
    yield f"{style(sign, fg=colour)} {style(topic.name, bold=True)}{owner}  {place}"
    if topic.action == "create":
        for name in ("partitions", "replication_factor"):
            count = getattr(topic.desired, name)
            yield f"    {name}: {count if count is not None else 'as the broker decides'}"
        for key, value in topic.desired.config.items():
            yield f"    config.{key}: {value}"
    for change in topic.changes:
        yield from _change(change)
    if topic.error is not None:
        yield f"    cannot be read: {topic.error.name}: {topic.error.message}"
        yield f"    {topic.error.remedy}"


def _change(change: Change) -> Iterator[str]:
    before = change.before if change.before is not None else "(not set)"
    after = change.after if change.after is not None else "(reset to the broker's default)"
    place = style(f"  {_place(change.origin)}", dim=True) if change.origin else ""
    sign = style("!", fg="red") if change.verdict == "impossible" else style("~", fg="yellow")
    yield f"  {sign} {change.field}: {before} → {after}{place}"
    if change.reason is not None:
        yield f"      {change.verdict}: {change.reason}"


def _place(origin: Origin) -> str:
    return origin.variable if isinstance(origin, Variable) else f"{origin.file}:{origin.line}"


def _plan_summary(report: Report) -> str:
    summary = report.summary
    parts = [f"{summary.create} to create", f"{summary.drift} to change", f"{summary.skip} unchanged"]
    if summary.impossible:
        parts.append(f"{summary.impossible} with an impossible change")
    if summary.unreadable:
        parts.append(f"{summary.unreadable} unreadable")
    nothing = "Nothing to do: " if not summary.create and not summary.drift and not summary.unreadable else "Plan: "
    return style(f"{nothing}{', '.join(parts)}.", bold=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
