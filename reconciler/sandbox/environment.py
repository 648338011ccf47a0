"""The environment of a program that uses a sandbox."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.cluster.variables import ALL_VARIABLES

_ELSEWHERE = {*ALL_VARIABLES, "RECONCILER_COMMAND_CONFIG", "RECONCILER_X"}


def environment_for(bootstrap_servers: str, environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` without the variables that name another cluster, or settings that the sandbox does not have."""
    kept = {name: value for name, value in environ.items() if name not in _ELSEWHERE}
    return kept | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers}
