"""Times on the command line are times."""

from __future__ import annotations

import pytest

from tests.conftest import RunReconciler


@pytest.mark.parametrize("option", ["--timeout", "--deadline", "--retry-delay"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_time_that_is_no_time_is_wrong_usage(option: str, value: str, reconciler: RunReconciler) -> None:
    done = reconciler("apply", option, value)
    assert done.code == 64
    assert option in done.stderr
    assert value in done.stderr
