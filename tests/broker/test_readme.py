"""What the README shows is what happens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sandbox import start
from tests.broker.another_client import AnotherClient
from tests.support.command import PROJECT, RunReconciler
from tests.support.pages import uniform

README = PROJECT / "README.md"
MANIFEST = re.compile(r"(?<=^```yaml\n)# topics\.yaml\n.*?(?=^```)", re.MULTILINE | re.DOTALL)
PLAN = re.compile(r"(?<=^\$ reconciler plan --bootstrap-server localhost:9092\n).*?(?=^```)", re.MULTILINE | re.DOTALL)


@pytest.fixture
def reconciler(reconciler_process: RunReconciler) -> RunReconciler:
    """What users run is a process."""
    return reconciler_process


def test_the_manifest_gives_the_plan_that_is_shown(
    golden: Callable[[Path, str], None], reconciler: RunReconciler, tmp_path: Path
) -> None:
    page = README.read_text(encoding="utf-8")
    (manifest,) = MANIFEST.findall(page)
    (tmp_path / "topics.yaml").write_text(manifest, encoding="utf-8")
    with start() as sandbox:
        client = AnotherClient(sandbox)
        config = {"compression.type": "zstd", "retention.ms": "2592000000", "max.message.bytes": "2000000"}
        client.create("orders.requests", partitions=12, config=config)
        twenty_days_ago = int(time.time() - 20 * 86_400) * 1000
        client.produce("orders.requests", [twenty_days_ago] * 1200)
        client.commit("billing", "orders.requests", {0: 900})
        client.create("orders.responses", partitions=8, config={"compression.type": "zstd"})
        done = reconciler("plan", "--bootstrap-server", sandbox.bootstrap_servers)
    assert done.code == 3
    output = uniform(done.stdout.replace(sandbox.bootstrap_servers, "localhost:9092"))
    golden(README, PLAN.sub(lambda _shown: output, page, count=1))


def test_every_link_leads_somewhere() -> None:
    for page in [README, PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_has_every_page() -> None:
    index = (PROJECT / "docs/README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (PROJECT / "docs").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages
