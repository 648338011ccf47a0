"""A checkup for programs."""

from __future__ import annotations

import json

from reconciler.doctor.check import Check, Checkup
from reconciler.printable import escaped_json

FORMAT_VERSION = 1


def render(checkup: Checkup) -> str:
    """JSON with all checks in one list; keys are always present, absent values are ``null``."""
    document = {
        "format_version": FORMAT_VERSION,
        "status": checkup.status,
        "bootstrap_servers": checkup.bootstrap_servers,
        "cluster_id": checkup.cluster_id,
        "duration_seconds": round(checkup.seconds, 3),
        "checks": [_check(check) for check in checkup.checks],
    }
    return escaped_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _check(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "subject": check.subject or None,
        "status": check.status,
        "code": check.code,
        "detail": check.detail,
        "remedy": check.remedy,
        "duration_seconds": round(check.seconds, 3),
        "facts": dict(check.facts),
    }
