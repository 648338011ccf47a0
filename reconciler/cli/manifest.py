"""The manifest that the options name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.cli.options import ManifestOptions
from reconciler.cli.variables import near_misses

if TYPE_CHECKING:
    from reconciler.model import DesiredState
    from reconciler.session import Session


def load_manifest(session: Session, options: ManifestOptions, only: Sequence[str] = ()) -> DesiredState:
    """Load the manifest with the topics that match ``only``. Raises ManifestInvalid; WrongUsage where none matches."""
    session.note(*near_misses(os.environ))
    return session.load(options.files, options.environment, os.environ, only=only)
