"""What ``reconciler doctor`` finds, as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.command import PROJECT, Finished

PAGE = (PROJECT / "docs/doctor.md").read_text(encoding="utf-8")
KEYS = ["name", "subject", "status", "code", "detail", "remedy", "duration_seconds", "facts"]


@dataclass(frozen=True)
class Found:
    """The checks of one run."""

    code: int
    document: Mapping[str, Any]

    def check(self, name: str, subject: str | None = None) -> Mapping[str, Any]:
        """The one check ``name`` of ``subject``, or of any."""
        [check] = [
            each for each in self.document["checks"] if each["name"] == name and subject in {None, each["subject"]}
        ]
        return dict(check)

    def statuses(self) -> dict[str, str]:
        """The status of each check by name; of several with one name, that of the last."""
        return {check["name"]: check["status"] for check in self.document["checks"]}

    @property
    def failures(self) -> list[str]:
        """The names of the checks that failed."""
        return [check["name"] for check in self.document["checks"] if check["status"] == "failed"]


def found(done: Finished) -> Found:
    """The checks on standard output, whose form and exit code are right."""
    document = json.loads(done.stdout)
    assert list(document) == [
        "format_version",
        "status",
        "bootstrap_servers",
        "cluster_id",
        "duration_seconds",
        "checks",
    ]
    assert all(list(check) == KEYS for check in document["checks"])
    failed = [check for check in document["checks"] if check["status"] == "failed"]
    assert all(check["code"] and check["detail"] for check in failed)
    assert (done.code, document["status"] == "failed") == ((1, True) if failed else (0, False))
    codes = {check["code"] for check in document["checks"] if check["name"] not in {"manifest", "properties"}} - {None}
    assert all(f"`{code}`" in PAGE for code in codes), "the page has every code"
    return Found(done.code, document)
