"""The files under ``deploy/``: what they name exists, and no container may do more than it must."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from reconciler.service.serve import Board, Metrics
from tests.service.audits import audit_of, record_of
from tests.support.command import PROJECT, RunReconciler

DEPLOY = PROJECT / "deploy"
DASHBOARD = DEPLOY / "grafana/dashboard.json"
ALERTS = DEPLOY / "prometheus/alerts.yml"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
SCHEMA = Path(__file__).with_name("kubernetes.schema.json")
_VARIABLE = re.compile(r"\$__\w+")
"""Grafana puts a duration there."""


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def exported() -> dict[str, frozenset[str]]:
    """The labels of each sample of ``/metrics``; Prometheus adds those of the target."""
    board = Board(300)
    metrics = Metrics(board)
    audit = audit_of(record_of([]))
    board.end(audit, 300)
    metrics.take(audit)
    text, _ = metrics.exposition("")
    return {
        sample.name: frozenset(sample.labels) | {"job", "instance"}
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def queries() -> Iterator[Any]:
    for group in read(ALERTS)["groups"]:
        for rule in group["rules"]:
            yield pytest.param(rule["expr"], id=rule["alert"])
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")


@pytest.mark.parametrize("query", [*queries()])
def test_queries_name_metrics_and_labels_that_exist(query: str) -> None:
    selected: list[tuple[str, frozenset[str]]] = []

    def visit(expr: promql_parser.Expr) -> None:
        if isinstance(expr, promql_parser.VectorSelector):
            labels = frozenset(matcher.name for matcher in expr.matchers.matchers)
            selected.append((str(expr.name), labels))

    promql_parser.walk(promql_parser.parse(_VARIABLE.sub("5m", query)), visit)
    metrics = exported()
    assert selected
    for name, labels in selected:
        assert name in metrics
        assert labels <= metrics[name], name
    grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", query) for label in by.split(",")}
    assert grouped <= frozenset[str]().union(*(metrics[name] for name, _labels in selected))


def test_every_metric_of_reconciler_is_on_the_dashboard_or_in_an_alert() -> None:
    shown = DASHBOARD.read_text() + ALERTS.read_text()
    families = {
        re.sub(r"_(bucket|count|sum|created|total)$", "", name) for name in exported() if name.startswith("reconciler_")
    }
    elsewhere = {"reconciler_last_audit_timestamp_seconds"}
    assert {name for name in families - elsewhere if name not in shown} == set()


def test_alerts_have_what_a_person_needs() -> None:
    [group] = read(ALERTS)["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"].keys() == {"summary", "description"}
        if "for" in rule:
            promql_parser.parse_duration(rule["for"])
        used = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        grouped = re.match(r"sum by \(([^)]*)\)", rule["expr"])
        assert used <= ({part.strip() for part in grouped[1].split(",")} if grouped else {"instance", "job"})


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _y in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


def templates(path: Path) -> Any:
    """The pod template in a manifest."""
    spec = read(path)["spec"]
    return (spec.get("jobTemplate", {}).get("spec") or spec)["template"]


WITH_PODS = [pytest.param(path, id=path.stem) for path in KUBERNETES if read(path)["kind"] != "Service"]


@pytest.mark.parametrize("path", WITH_PODS)
def test_pods_have_the_least_privileges(path: Path) -> None:
    pod = templates(path)["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert all(mount["name"] == "tmp" or mount["readOnly"] for mount in container["volumeMounts"])
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize("path", WITH_PODS)
def test_pods_run_commands_that_exist(path: Path, reconciler: RunReconciler) -> None:
    [container] = templates(path)["spec"]["containers"]
    done = reconciler(*container["args"], "--help")
    assert done.code == 0
    options = [argument for argument in container["args"] if argument.startswith("--")]
    assert all(option in done.stdout for option in options)
    ours = [variable["name"] for variable in container["env"] if variable["name"] != "MALLOC_ARENA_MAX"]
    assert all(name in done.stdout for name in ours)


def test_a_service_finds_the_pods_of_the_deployment() -> None:
    service, deployment = (read(DEPLOY / f"kubernetes/{name}-serve.yaml") for name in ("service", "deployment"))
    template = deployment["spec"]["template"]
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    [container] = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports.keys()
    assert f"0.0.0.0:{ports['http']}" in container["args"]
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(ports["http"])
    probes = {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")}
    assert probes == {"/health", "/ready"}


def test_the_schema_refuses_a_misspelt_field(tmp_path: Path) -> None:
    path = DEPLOY / "kubernetes/job-apply.yaml"
    wrong = tmp_path / "job.yaml"
    wrong.write_text(path.read_text().replace("runAsNonRoot", "runAsNonroot"))
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA)]
    checked = [subprocess.run([*command, str(each)], capture_output=True, check=False) for each in (path, wrong)]
    assert [done.returncode for done in checked] == [0, 1], shlex.join(command)
