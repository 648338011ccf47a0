"""A sandbox belongs to the process that starts it, and ends with it."""

from __future__ import annotations

import pytest

from tests.support.command import RunReconciler


@pytest.fixture
def reconciler(reconciler_process: RunReconciler) -> RunReconciler:
    return reconciler_process
