"""What a plan was compared with, in the report document."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.report.document.part import Digest, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseIdentity(Part):
    """The manifest or report that the plan was compared with (`--base`)."""

    path: str
    digest: Digest | None
    """That of the manifest, as in `manifest`; `null` if the base has none for this environment."""
    run_id: str | None
    """The run whose report is the base; `null` if it is a manifest."""
    since: str | None
    """The report by which `merged` is told from `cluster`: that of the base, or of `--baseline`; `null` if the state of
    the cluster has to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChange(Part):
    """What the base would change a field to instead."""

    after: int | str | None
    """The value that the base wants; `null` resets an override."""
