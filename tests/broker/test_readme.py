"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.sandbox import start
from tests.broker.another_client import AnotherClient
from tests.conftest import PROJECT, RunReconciler

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def block(after: str) -> str:
    """The fenced block that follows a text."""
    fenced = re.search(r"```\w+\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert fenced is not None
    return fenced[1]


def test_the_manifest_gives_the_plan_that_is_shown(reconciler: RunReconciler, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(block("## A manifest"), encoding="utf-8")
    with start() as sandbox:
        client = AnotherClient(sandbox)
        config = {"compression.type": "zstd", "retention.ms": "60000", "max.message.bytes": "2000000"}
        client.create("orders.requests", partitions=6, config=config)
        client.create("orders.responses", partitions=8, config={"compression.type": "zstd"})
        done = reconciler("plan", "--bootstrap-server", sandbox.bootstrap_servers)
    shown = block("What `plan` says").partition("\n")[2]
    said = done.stdout.replace(sandbox.bootstrap_servers, "localhost:9092")
    assert re.sub(r"cluster [\w-]+", "cluster 4L6g3nShT-eMCtK--X86sw", said) == shown
    assert done.code == 3


def test_every_link_leads_somewhere() -> None:
    for page in [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
